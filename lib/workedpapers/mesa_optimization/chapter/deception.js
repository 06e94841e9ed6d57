// The same as deception_map of explorers.py: V_t = max(1 + g (1 - d) V, g V), from the end.
function best(training, deployment, discount, detection) {
  let value = 0;
  for (let i = 0; i < deployment; i++) value += discount ** i;
  let deceive = value;
  let defect = value;
  let defections = 0;
  for (let t = 0; t < training; t++) {
    const kept = discount * (1 - detection);
    const now = 1 + kept * value;
    const later = discount * value;
    defections += now >= later ? 1 : 0;
    value = Math.max(now, later);
    deceive = discount * deceive;
    defect = 1 + kept * defect;
  }
  const plan = defections === training ? "defect" : defections ? "mixed" : "deceive";
  return { plan, deceive, defect, best: value };
}

const SCORES = { defect: 0, mixed: 0.5, deceive: 1 };

export default function ({ training, deployment, discount, detection }) {
  const axis = Array.from({ length: 21 }, (_, i) => i / 20);
  const cells = axis.map((p) =>
    axis.map((d) => SCORES[best(training, deployment, d, p).plan]));
  return { axis, cells, ...best(training, deployment, discount, detection) };
}
