// What differs between two texts of several lines, line by line.

/** Unchanged lines that are shown around what differs. */
const context = 1
/** Longer stretches that differ are shown one after the other: comparing takes the product of their lengths. */
const mostCompared = 1_000_000

type Line = readonly [sign: '-' | '+' | ' ', text: string]

/**
 * `-1 +2 lines`, and below that these lines with `-`, `+` or a space before them; `…` stands for lines that both have. A text
 * that is not there has none.
 */
export function lineDiff(old: string | undefined, now: string | undefined): readonly string[] {
  // The end of the last line is no line, unless only one of them has it.
  const end = [old, now].every((text) => text === undefined || text.endsWith('\n')) ? -1 : undefined
  const lines = linesOf(old?.slice(0, end).split('\n') ?? [], now?.slice(0, end).split('\n') ?? [])
  const count = (wanted: Line[0]): number => lines.filter(([sign]) => sign === wanted).length
  const isNear = (at: number): boolean => lines.slice(Math.max(0, at - context), at + context + 1).some(([sign]) => sign !== ' ')
  const shown = lines.flatMap(([sign, text], at) =>
    isNear(at) ? [`${sign} ${text}`.trimEnd()] : at === 0 || isNear(at - 1) ? ['  …'] : [],
  )
  return [`-${count('-')} +${count('+')} lines`, ...shown]
}

function linesOf(old: readonly string[], now: readonly string[]): readonly Line[] {
  let head = 0
  while (head < Math.min(old.length, now.length) && old[head] === now[head]) head++
  let tail = 0
  while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++
  const same = (text: string): Line => [' ', text]
  return [
    ...old.slice(0, head).map(same),
    ...middle(old.slice(head, old.length - tail), now.slice(head, now.length - tail)),
    ...old.slice(old.length - tail).map(same),
  ]
}

/** By the longest common subsequence. */
function middle(old: readonly string[], now: readonly string[]): readonly Line[] {
  const gone = (text: string): Line => ['-', text]
  const come = (text: string): Line => ['+', text]
  if (old.length * now.length > mostCompared) return [...old.map(gone), ...now.map(come)]
  // `common[i][j]`: how many lines the rests from i and from j have in common.
  const common = Array.from({ length: old.length + 1 }, () => new Uint32Array(now.length + 1))
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      common[i]?.fill(old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1)), j, j + 1)
  const lines: Line[] = []
  for (let i = 0, j = 0; i < old.length || j < now.length; ) {
    const [before = '', after = ''] = [old[i], now[j]]
    if (i < old.length && j < now.length && before === after) {
      lines.push([' ', before])
      i++
      j++
    } else if (i < old.length && (j === now.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(gone(before))
      i++
    } else {
      lines.push(come(after))
      j++
    }
  }
  return lines
}
