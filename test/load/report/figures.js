/** @param {number[]} values */
export const median = (values) => percentile(values, 50);

/** The smallest value that `percent` of all do not exceed; for 50 the middle of both middle ones. @param {number[]} values */
export function percentile(values, percent) {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return NaN;
  if (percent === 50 && sorted.length % 2 === 0) return (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
}

/**
 * @typedef {object} Figure one line of a table
 * @property {string} name
 * @property {number} ours
 * @property {number} [other] the same of the server beside it
 * @property {number} [ratio] ours / other: the median of the ratios of the rounds, each of two neighbours in time
 */

/**
 * The medians of what was measured in each round, on both sides.
 *
 * @template {Record<string, number>} Round
 * @param {Round[]} ours
 * @param {Round[]} others the rounds of the server beside it, each beside ours of the same index; none when there is none
 * @param {Partial<Record<keyof Round & string, string>>} names what to show, and how to call it
 * @returns {Figure[]}
 */
export function compare(ours, others, names) {
  return Object.entries(names).map(([key, name]) => {
    const figure = { name, ours: median(ours.map((round) => round[key])) };
    if (others.length === 0) return figure;
    const ratios = ours.map((round, index) => round[key] / others[index][key]);
    const ratio = median(ratios);
    const other = median(others.map((round) => round[key]));
    return Number.isFinite(ratio) ? { ...figure, other, ratio } : { ...figure, other };
  });
}
