/**
 * Services say "no" to a prompt or a picture with the same code as to a missing field, and only their words tell which.
 * The words themselves are not kept: they may repeat the prompt.
 */
const moderation =
  /polic(?:y|ies)|moderat|inappropriate|sensitive|prohibited|forbidden|nsfw|unsafe|safety|violat|harmful|sexual|explicit content|flagged|minors|celebrit|responsible ai|usage guidelines/i;

export function soundsLikeModeration(words: string): boolean {
  return moderation.test(words);
}
