// What a test needs of the machine.

/**
 * Whether it is there. Where it is not, `trouble` says why: one line then says that `what` is not run; where KIT_REQUIRE
 * names it, that is a failure.
 */
export function isHere(name: string, trouble: string | undefined, what: string): boolean {
  if (trouble === undefined) return true
  if ((process.env['KIT_REQUIRE'] ?? '').split(',').includes(name)) throw new Error(`KIT_REQUIRE names ${name}, and ${trouble}`)
  console.log(`skipped: ${what}, because ${trouble}`)
  return false
}
