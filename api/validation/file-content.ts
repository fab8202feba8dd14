// Rules of secrets and configs that a schema cannot say: how much they hold, and a driver or data.

import { forbidden, invalid, type Mistake, required } from '../mistake.ts'
import type { ConfigSpec } from '../types/config.ts'
import type { SecretSpec } from '../types/secret.ts'

/** Both are exclusive, as SwarmKit has them. */
export const secretLimitBytes = 500 * 1024
export const configLimitBytes = 1000 * 1024

/** `isUpdate`: data that is left out stays as it is. */
export function secretMistakes({ data, driver }: SecretSpec, isUpdate: boolean): readonly Mistake[] {
  if (driver !== undefined) return data === undefined ? [] : [forbidden(['spec', 'data'], 'may not be specified when `driver` is')]
  if (data === undefined) return isUpdate ? [] : [required(['spec', 'data'], 'must be given, or `driver`')]
  return sizeMistakes(data, secretLimitBytes)
}

export function configMistakes({ data }: ConfigSpec): readonly Mistake[] {
  return data === undefined ? [required(['spec', 'data'], 'must be given')] : sizeMistakes(data, configLimitBytes)
}

function sizeMistakes(data: string, limit: number): readonly Mistake[] {
  const bytes = base64Bytes(data)
  if (bytes === 0) return [invalid(['spec', 'data'], 'must not be empty')]
  return bytes < limit
    ? []
    : [{ ...invalid(['spec', 'data'], `must hold less than ${limit} bytes, found ${bytes}`), reason: 'FieldValueTooLong' }]
}

/** Bytes that valid base64 stands for. */
function base64Bytes(text: string): number {
  return (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)
}
