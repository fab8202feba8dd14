// Amounts as users write them and as code counts them: CPU in cores (`0.5`, `500m`), memory in bytes
// (`500M` = 500·10⁶, `512Mi` = 512·2²⁰, or plain bytes). Compose's own spelling (`50mb` = 50·2²⁰) is
// read in `compose/`, which writes these forms.

import assert from 'node:assert/strict'

const cpuForm = /^(?:\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})$/
const milliForm = /^\d{1,12}m$/
const memoryForm = /^(\d{1,16}(?:\.\d{1,9})?)(k|K|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/
const scale: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', 1e3],
  ['K', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
  ['Pi', 2 ** 50],
])
/** Tried in this order when writing: the first that divides the bytes evenly is used. */
const writeOrder = ['Pi', 'Ti', 'Gi', 'Mi', 'P', 'T', 'G', 'M', 'Ki', 'k'] as const

/** Cores, or `undefined` when the text is not an amount of CPU. */
export function parseCpu(text: string): number | undefined {
  if (milliForm.test(text)) return Number(text.slice(0, -1)) / 1000
  return cpuForm.test(text) ? Number(text) : undefined
}

/** Cores of an amount that has been validated before. */
export function cpuCores(text: string): number {
  const cores = parseCpu(text)
  assert(cores !== undefined, `not an amount of CPU: ${text}`)
  return cores
}

/** `0.5`, `2`, `0.001`: cores with as many decimals as are needed, nine at most. */
export function formatCpu(cores: number): string {
  assert(cores >= 0 && Number.isFinite(cores), `not a number of cores: ${cores}`)
  return cores.toFixed(9).replace(/\.?0+$/, '')
}

/** Whole bytes, or `undefined` when the text is not an amount of memory or is above 2⁵³ bytes. */
export function parseMemory(text: string): number | undefined {
  const match = memoryForm.exec(text)
  if (match === null) return undefined
  const bytes = Math.round(Number(match[1]) * (scale.get(match[2] ?? '') ?? Number.NaN))
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** Bytes of an amount that has been validated before. */
export function memoryBytes(text: string): number {
  const bytes = parseMemory(text)
  assert(bytes !== undefined, `not an amount of memory: ${text}`)
  return bytes
}

/** Exact: `512Mi`, `500M`, or plain bytes where no unit divides them. */
export function formatMemory(bytes: number): string {
  assert(Number.isSafeInteger(bytes) && bytes >= 0, `not a number of bytes: ${bytes}`)
  const unit = bytes === 0 ? undefined : writeOrder.find((name) => bytes % (scale.get(name) ?? 1) === 0)
  return unit === undefined ? String(bytes) : `${bytes / (scale.get(unit) ?? 1)}${unit}`
}

/** For people: `512.0Mi`, `23.54Gi`. */
export function roundedMemory(bytes: number): string {
  const mebibytes = bytes / (1024 * 1024)
  return mebibytes < 1024 ? `${mebibytes.toFixed(1)}Mi` : `${(mebibytes / 1024).toFixed(2)}Gi`
}
