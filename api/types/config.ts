// Generated from crds/ by `npm run generate`. Do not edit.

/**
 * Content and how to read it.
 */
export interface ConfigSpec {
  /**
   * Content, base64, 1 to 1,023,999 bytes.
   */
  readonly data?: string
  /**
   * golang fills in placeholders such as {{.Node.Hostname}} on the node. Given as it is when left out.
   */
  readonly template?: 'golang'
  /**
   * Labels of any text, as Docker has them.
   */
  readonly labels?: {
    /**
     * Value.
     */
    readonly [k: string]: string
  }
}
