// `--external-ca protocol=cfssl,url=https://…[,cacert=FILE][,profile=NAME]`: authorities outside of the cluster.

import { isJsonObject, type JsonObject } from '../../api/wire.ts'
import { readFlag } from '../service/flag-values.ts'
import { readPem } from './root-rotation.ts'

const noInputs = { env: {}, readLines: () => [] }

/** As the spec has them. An empty text names none. @param rootFor PEM: of one that does not say which root it signs with. */
export async function readExternalCas(texts: readonly string[], rootFor: () => Promise<string>): Promise<readonly JsonObject[]> {
  const named = texts.filter((text) => text !== '')
  return await Promise.all(
    named.map(async (text) => {
      const meant = readFlag('external-ca', 'externalCa', text, noInputs)
      const { cacert, ...rest } = isJsonObject(meant) ? meant : {}
      return { protocol: 'CFSSL', ...rest, caCert: typeof cacert === 'string' ? await readPem(cacert) : await rootFor() }
    }),
  )
}
