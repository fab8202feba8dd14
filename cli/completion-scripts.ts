// What a shell runs to complete `kit`: each asks `kit __complete` (completion.ts), and shows the answer in its own way.

import type { Shell } from './options.ts'

/** Bash cuts words at `=` and `:` also inside of one, so the words are taken from the line; what is before such a sign is not offered again. */
const bash = `# kit completion for bash
_kit() {
  local line=\${COMP_LINE:0:COMP_POINT} word directive answer cut
  local -a words
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  word=\${words[-1]}
  answer=$("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null) || return
  directive=\${answer##*:}
  cut=\${word%"\${word##*[=:]}"}
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    COMPREPLY+=("\${value#"$cut"}")
  done <<< "\${answer%:*}"
  [[ -z \${COMPREPLY[-1]} ]] && unset 'COMPREPLY[-1]'
  (( directive & 2 )) && compopt -o nospace 2>/dev/null
  (( directive & 4 )) || compopt -o default 2>/dev/null
}
complete -F _kit kit
`

const zsh = `#compdef kit
# kit completion for zsh
_kit() {
  local answer directive line value
  local -a plain ending
  answer=$(\${words[1]} __complete "\${(@)words[2,CURRENT]}" 2>/dev/null) || return
  directive=\${answer##*:}
  for line in "\${(@f)\${answer%:*}}"; do
    [[ -z $line ]] && continue
    value=\${line%%$'\\t'*}
    [[ $line == *$'\\t'* ]] && line="\${value//:/\\\\:}:\${line#*$'\\t'}" || line=\${value//:/\\\\:}
    if [[ $value == *[/=.:] ]]; then ending+=("$line"); else plain+=("$line"); fi
  done
  (( \${#plain} )) && _describe -V kit plain
  (( \${#ending} )) && _describe -V kit ending -S ''
  (( directive & 4 )) || _files
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _kit; else compdef _kit kit; fi
`

const fish = `# kit completion for fish
function __kit_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l answer ($words[1] __complete $words[2..-1] 2>/dev/null)
  or return
  set -l directive (string sub -s 2 -- $answer[-1])
  set -e answer[-1]
  string join \\n -- $answer
  if test (math "bitand($directive, 4)") -eq 0
    __fish_complete_path (commandline -ct)
  end
end
complete -c kit -f -a '(__kit_complete)'
`

/** PowerShell before 7.3 drops an empty argument of a program, unless it is written as two quotation marks. */
const powershell = `# kit completion for PowerShell
Register-ArgumentCompleter -Native -CommandName kit -ScriptBlock {
  param($word, $line, $cursor)
  $words = @($line.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursor } | ForEach-Object { $_.ToString() })
  if ($word -eq '') { $words += if ($PSVersionTable.PSVersion -ge [version]'7.3') { '' } else { '""' } }
  $program = $words[0]
  $rest = @($words | Select-Object -Skip 1)
  $answer = @(& $program __complete @rest 2>$null)
  if ($answer.Count -eq 0) { return }
  $directive = [int]$answer[-1].TrimStart(':')
  $offered = @($answer | Select-Object -SkipLast 1 | Where-Object { $_ -ne '' })
  # An answer without anything keeps it from offering files.
  if ($offered.Count -eq 0 -and ($directive -band 4)) { return '' }
  foreach ($each in $offered) {
    $value, $text = $each -split "\`t", 2
    if (-not $text) { $text = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $text)
  }
}
`

export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish, powershell }
