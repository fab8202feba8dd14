// Rules of networks that a schema cannot say.

import { duplicate, forbidden, type Mistake } from '../mistake.ts'
import type { NetworkSpec } from '../types/network.ts'

export function networkMistakes({ ingress, attachable, ipam }: NetworkSpec): readonly Mistake[] {
  const together = ingress === true && attachable === true
  const subnets = (ipam?.configs ?? []).map(({ subnet }) => subnet)
  return [
    ...(together ? [forbidden(['spec', 'attachable'], 'may not be true when `ingress` is')] : []),
    ...subnets.flatMap((subnet, index) =>
      subnet !== undefined && subnets.indexOf(subnet) < index
        ? [duplicate(['spec', 'ipam', 'configs', index, 'subnet'], `is given twice: '${subnet}'`)]
        : [],
    ),
    ...(ipam?.configs ?? []).flatMap((config, index) =>
      config.subnet === undefined && (config.range !== undefined || config.gateway !== undefined)
        ? [
            forbidden(
              ['spec', 'ipam', 'configs', index, config.range === undefined ? 'gateway' : 'range'],
              'may be specified only with `subnet`',
            ),
          ]
        : [],
    ),
  ]
}
