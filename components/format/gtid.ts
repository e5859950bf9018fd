/** A GTID list as the parts of each transaction's name: "0-1-48211,1-2-7" → [["0-1", "48211"], ["1-2", "7"]]. */
export function gtidParts(text: string): { source: string; sequence: string }[] {
  return text.split(',').flatMap((one) => {
    const match = /^\s*(\d+-\d+)-(\d+)\s*$/.exec(one);
    return match?.[1] === undefined || match[2] === undefined ? [] : [{ source: match[1], sequence: match[2] }];
  });
}

/** Digits in groups of three from the right, so that long sequence numbers can be compared: "48211" → ["48", "211"]. */
export function digitGroups(digits: string): string[] {
  const head = digits.length % 3;
  const groups = digits.slice(head).match(/\d{3}/g) ?? [];
  return head === 0 ? groups : [digits.slice(0, head), ...groups];
}
