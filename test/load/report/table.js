/** @param {number | undefined} value three digits that mean something, and no more */
export function format(value) {
  if (value === undefined || Number.isNaN(value)) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/**
 * A table of the figures with a title and notes below it.
 *
 * @param {string} title
 * @param {{ ours: string; other?: string; figures: import('./figures.js').Figure[]; notes: string[] }} result
 */
export function table(title, { ours, other, figures, notes }) {
  const rows = [
    ['', ours, ...(other ? [other, 'ratio'] : [])],
    ...figures.map((figure) => [
      figure.name,
      format(figure.ours),
      ...(other ? [format(figure.other), figure.ratio === undefined ? '–' : `${format(figure.ratio)}x`] : []),
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('   '),
  );
  lines.splice(1, 0, '─'.repeat(lines[0].length));
  return ['', title, '', ...lines, ...notes.map((note) => `  ${note}`)].join('\n');
}
