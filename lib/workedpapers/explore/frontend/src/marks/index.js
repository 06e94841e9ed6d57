// Every mark that axes can hold. A new one is one file, and one line here.
import { heatmap } from './heatmap.js';
import { lines } from './lines.js';
import { marker } from './marker.js';
import { points } from './points.js';

export const MARKS = { heatmap, lines, marker, points };
