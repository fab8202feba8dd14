// `profiles:` of services. A service with profiles takes part when one of them is enabled, which is a choice of
// whoever applies the file: the CLI leaves the others out, and a stored Stack has no profiles any more.

import { eachService } from './each-service.ts'
import { list, text } from './fields.ts'
import { at, type Problem, type Read, reportUnwanted, startPlace } from './problem.ts'

/** As `docker compose --profile '*'`. */
const every = '*'

export interface Selection {
  readonly document: unknown
  readonly problems: readonly Problem[]
  /** All that the document names. */
  readonly profiles: readonly string[]
}

const profileNames: Read<readonly string[]> = list((value, place) => {
  const name = text(value, place)
  if (name === undefined || /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) return name
  return reportUnwanted(place, 'the name of a profile (letters, digits, ., _ and -)', name, ['string'])
})

export function selectProfiles(document: unknown, enabled: readonly string[]): Selection {
  const place = startPlace()
  const profiles = new Set<string>()
  const selected = eachService(document, place, (service, here) => {
    if (service['profiles'] === undefined) return service
    const { profiles: written, ...rest } = service
    const names = profileNames(written, at(here, 'profiles')) ?? []
    for (const name of names) profiles.add(name)
    const takesPart = names.length === 0 || enabled.includes(every) || names.some((name) => enabled.includes(name))
    return takesPart ? rest : undefined
  })
  return { document: selected, problems: place.problems, profiles: [...profiles] }
}
