// The numbers of diagnostics. A number keeps its meaning for ever, because people search for it and
// `kit explain KIT0104` prints what stands here.

/** Code → what is wrong in one line, an empty line, then why kit minds and how to mend it. */
export const diagnosticCodes: Readonly<Record<string, string>> = {
  KIT0101:
    'a line is indented with a tab\n\nYAML allows only spaces before the first word of a line, because a tab has no fixed width. Replace every leading tab by spaces. Most editors do this on their own once they know that the file is YAML.',
  KIT0102:
    'the text is not valid YAML\n\nThe parser could not make sense of the text. One mistake often causes several errors, so only the first of each document is shown. Look at the marked place and the line before it: a bracket or quote that is not closed, a colon without a space after it, or an indentation that fits no line above.',
  KIT0103:
    'a key is given twice in one map\n\nOnly one of the two values could be kept, and nothing says which was meant. Delete one, or merge the two.',
  KIT0104:
    'the field is not known\n\nUnknown fields are refused and not ignored: a misspelt `replica: 3` would otherwise run one task and say nothing. The message lists the fields that exist at this place; `kit explain service.spec` describes those of objects; a Compose file has the keys of Compose, version 3.',
  KIT0105:
    'a required field is missing\n\nThe object cannot be understood without this field. `kit explain` with the kind and the path describes it.',
  KIT0106:
    'the value is not one of those allowed\n\nThe field takes one of a fixed set of words, written exactly as the message lists them, in upper and lower case.',
  KIT0107:
    'the value breaks a rule of its field\n\nThe value has the right type and the wrong content: a number out of range, a text that is too long, a duration or amount that cannot be read, or two fields that do not go together. The message says what must hold.',
  KIT0108:
    'the document is too large\n\nFiles are bounded in length, in depth of nesting, and in the number of values once aliases are filled in, so that no file can use up the memory of the machine that reads it. Split the file, or move large content into a Config or Secret.',
  KIT0109:
    'the YAML says something that an object cannot hold\n\nObjects are made of text, numbers, true, false, nothing, lists, and maps with text as keys. Tags, numbers that cannot be kept exactly, keys that are lists, and aliases to nothing have no meaning there. Text that looks like a number goes in quotes.',
  KIT0110:
    'the value has the wrong type\n\nYAML decides the type from how a value is written: 3 is a number and "3" is text; true and false are neither. 0777 is read as an octal number, and 1.10 as the number 1.1. Put text that looks like something else in quotes.',
  KIT0111:
    'the key is not allowed\n\nThe keys `__proto__`, `constructor` and `prototype` have a meaning inside programs and are refused everywhere.',
  KIT0112:
    'the kind is not known\n\nThe document names a kind that kit does not have. `kit explain` without a name lists the kinds. What Kubernetes calls a Deployment, a DaemonSet or a Job is a Service here, a ConfigMap is a Config. A document without `kind` is read as a Compose file when it has `services`, `networks`, `volumes`, `secrets` or `configs`.',
  KIT0113:
    'the document is not an object\n\nEvery document of a manifest is a map with `apiVersion`, `kind`, `metadata` and `spec`, or a Compose file.',
  KIT0114:
    "the apiVersion is not known\n\nThe kinds of kit belong to `apiVersion: kit/v1`. Objects of other systems, such as Kubernetes' own Deployment, cannot be applied here.",
  KIT0116:
    'an entry is given twice\n\nThe entries of this list must differ in the fields that the message names: two mounts cannot have one target, and two ports cannot be published under one number.',
  KIT0117:
    'the name is missing or not allowed\n\nEvery object has a name in `metadata.name`. It begins and ends with a letter or digit, and has at most 63 characters (64 for secrets and configs). Names of services and networks are also used in DNS.',
  KIT0121:
    'two documents define one object\n\nThe files that are applied together hold two documents of the same kind and name. Nothing says which of them was meant. Delete one or rename it.',
  KIT0122:
    'the field is not set by users\n\nSome fields are written by kit itself, and some are not allowed together with others. The message says which.',
  KIT0124:
    'the object belongs to another source\n\nTwo sources (`kit gitops`) hold an object of the same kind and name. Each would undo what the other applies, so the second is refused, with all of its directory. Take the object out of one of the two directories.',
  KIT0130:
    'the object that is referred to does not exist\n\nThe field names another object, and there is none of that name, neither in the cluster nor among the documents that are applied together.',
  KIT0142:
    'the field cannot be changed\n\nThe field decides what the object is, and is fixed when the object is made. Delete the object and make it again, or give the new one another name.',
  KIT0143:
    'somebody else has set the field\n\nThe file changes a field that another owner has set to another value since the file was applied last: `kit scale`, a person with `kubectl`, another stack. Nothing says whose value should win. Put the value of the cluster into the file, or apply with --force to take the field for the file. Fields that the file does not change are never in conflict.',
  KIT0150:
    'the Compose file asks for something that cannot be done\n\nThe key belongs to Compose, and kit does not act on it: it makes sense on a single machine only, or kit does the same in another way, which the message names. Most such keys are ignored with a warning, and refused with --strict only. Some are always refused, because without them a service would take what others need, or could not work: limits outside of `deploy.resources`, GPUs, files that extend others. docs/compose.md has the list.',
  KIT0151:
    'a variable cannot be put in\n\nThe text has a variable that must be set and is not, or a dollar sign that no name follows. Values come from the environment of `kit apply`; NAME:-word in braces gives one for when it is not set, and $$ is a plain dollar sign.',
  KIT0301:
    'no node can take the task\n\nEvery node lacks something that the task needs: it is drained or down, it has too little CPU or memory that nothing has reserved, a port is in use there, or it does not meet a constraint. The table has a row for each node and says which, and the last line what would help soonest. The task waits, and starts by itself as soon as a node fits; `kit top nodes` shows what nodes have left, `kit get tasks` who waits.',
}
