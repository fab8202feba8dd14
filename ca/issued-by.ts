// Which authority a certificate is of.

import { keyDigest } from './identity.ts'
import { certificatesIn } from './pem.ts'

/**
 * The digest of the key that signed the first certificate of `chain`, if an authority of that key is in the chain or among the
 * roots. Whether to trust that authority is another question (verify-chain.ts).
 */
export function issuedBy(chain: string, roots: string): string | undefined {
  const [own, ...others] = certificatesIn(chain)
  const issuer = [...certificatesIn(roots), ...others].find((authority) => own?.checkIssued(authority) && own.verify(authority.publicKey))
  return issuer === undefined ? undefined : keyDigest(issuer.publicKey)
}
