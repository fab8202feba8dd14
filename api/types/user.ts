// Generated from crds/ by `npm run generate`. Do not edit.

/**
 * Who gets a certificate, and what it is good for.
 */
export interface UserSpec {
  /**
   * Viewer reads; Operator also changes what runs; Admin everything. A change counts at once.
   */
  readonly role: 'Admin' | 'Operator' | 'Viewer'
  /**
   * Certificate request (PKCS#10, PEM), of which the key is taken. With another key, the certificate that was before is refused.
   */
  readonly request: string
  /**
   * How long the certificate is valid. At least 30m.
   */
  readonly expiry?: string
}

/**
 * What the managers decided.
 */
export interface UserStatus {
  /**
   * The generation that this status describes.
   */
  readonly observedGeneration?: number
  /**
   * The one certificate of the user that is good, until the next.
   */
  readonly certificate?: {
    /**
     * The certificate, then what leads from it to an older root.
     */
    readonly pem: string
    /**
     * SHA-256 of its public key, hexadecimal.
     */
    readonly publicKey: string
    /**
     * When it is no longer good.
     */
    readonly expires: string
  }
}
