// How styles look. The names of styles say what is meant; a theme says how a terminal shows it. All are of the sixteen
// colours that every terminal has, so that its own palette counts.

export type Style = 'bold' | 'dim' | 'inverse' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta' | 'blue'

type Look = Parameters<typeof import('node:util').styleText>[0]
export type Theme = Readonly<Record<Style, Look>>

const dark: Theme = {
  bold: 'bold',
  dim: 'dim',
  inverse: 'inverse',
  red: 'red',
  green: 'green',
  yellow: 'yellow',
  cyan: 'cyan',
  magenta: 'magenta',
  blue: 'blue',
}

const themes = {
  dark,
  /** Yellow and cyan cannot be read on white. */
  light: { ...dark, dim: 'gray', yellow: ['magenta', 'bold'], cyan: 'blue', magenta: 'magenta', green: 'green' },
  /** Bright colours; nothing is dimmed. */
  contrast: {
    ...dark,
    dim: 'white',
    red: ['redBright', 'bold'],
    green: 'greenBright',
    yellow: ['yellowBright', 'bold'],
    cyan: 'cyanBright',
    blue: 'blueBright',
  },
  /** For eyes to which red and green are alike: trouble is magenta, what is well is blue. */
  safe: { ...dark, red: ['magenta', 'bold'], green: 'blueBright' },
  /** Only light and dark. */
  mono: {
    ...dark,
    red: ['bold', 'underline'],
    green: 'white',
    yellow: 'bold',
    cyan: 'white',
    magenta: 'white',
    blue: 'white',
  },
  /** Where the one that is shown must not be taken for another: all that is framed and dimmed is red. */
  production: { ...dark, dim: 'red', bold: ['red', 'bold'] },
} satisfies Readonly<Record<string, Theme>>

export const usualTheme = 'dark'
export const themeNames = Object.keys(themes)

export function isTheme(name: string): name is keyof typeof themes {
  return Object.hasOwn(themes, name)
}

export function themeNamed(name: string): Theme {
  return isTheme(name) ? themes[name] : dark
}
