// Every view. A new one is one file, and one line here.
import { makeBars } from './view-bars.js';
import { makeColumns } from './view-columns.js';
import { makePicture } from './view-picture.js';
import { makePlace } from './view-place.js';
import { makeNumber, makeSentence } from './view-words.js';
import { makeXY } from './view-xy.js';

export const VIEWS = {
  xy: makeXY, bars: makeBars, picture: makePicture, number: makeNumber, sentence: makeSentence, controls: makePlace, columns: makeColumns,
};
