/**
 * About how many tokens a language model would count: a token for every four characters of Latin text and one for every
 * character of scripts that are written densely (Korean, Chinese, Japanese). For statistics, never for money.
 */
export function countPromptTokens(prompt: string): number {
  const dense = prompt.match(/[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu)?.length ?? 0;
  return dense + Math.ceil((Array.from(prompt).length - dense) / 4);
}
