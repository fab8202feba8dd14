// What a document says and kit does not act on, as the lines of one warning: sorted, each key once, with the services
// that have it and what there is instead.

import type { Path, Problem } from './problem.ts'

export function describeIgnored(ignored: readonly Problem[]): readonly string[] {
  const byKey = Map.groupBy(ignored, ({ path, help = '' }) => JSON.stringify([keyOf(path), help]))
  const lines = Array.from(byKey.values(), (same) => {
    const [{ path, help }] = same as [Problem] // A group has a first member.
    const services = [...new Set(same.flatMap((each) => serviceOf(each.path)))].toSorted()
    return `${keyOf(path)}${services.length === 0 ? '' : ` (${services.join(', ')})`}: ${help}`
  })
  return lines.toSorted()
}

function serviceOf([section, name]: Path): readonly string[] {
  return section === 'services' && typeof name === 'string' ? [name] : []
}

/** `ports.host_ip`, whichever port of whichever service it is. */
function keyOf(path: Path): string {
  const steps = serviceOf(path).length > 0 ? path.slice(2) : path
  return steps.filter((step) => typeof step === 'string').join('.')
}
