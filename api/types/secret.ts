// Generated from crds/ by `npm run generate`. Do not edit.

/**
 * Content and how to read it.
 */
export interface SecretSpec {
  /**
   * Content, base64, 1 to 511,999 bytes. It is written once and never shown again. Not allowed with driver.
   */
  readonly data?: string
  /**
   * Fetches the content from elsewhere when a task needs it.
   */
  readonly driver?: {
    /**
     * Name of the driver.
     */
    readonly name: string
    /**
     * Options for the driver.
     */
    readonly options?: {
      /**
       * Value.
       */
      readonly [k: string]: string
    }
  }
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
