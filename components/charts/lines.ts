/** Lines are told apart by dash as well as by colour. */
const styles = [
  { colour: '--accent', dash: [] },
  { colour: '--series-2', dash: [6, 3] },
  { colour: '--series-3', dash: [2, 3] },
  { colour: '--series-4', dash: [8, 3, 2, 3] },
];

/** How the series at `place` is drawn; the fifth looks as the first again. */
export function lineStyle(place: number): { colour: string; dash: number[] } {
  return styles[place % styles.length] ?? { colour: '--accent', dash: [] };
}
