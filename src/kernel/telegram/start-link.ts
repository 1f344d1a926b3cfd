import type { StartLink } from "./route.ts";

/** Telegram's limit for what follows `?start=`. */
const longestParameter = 64;
const parameterPattern = /^[a-z0-9]{1,16}(?:_[A-Za-z0-9_-]*)?$/;

/** What a `StartLink` of this name is called with. @throws RangeError when it is over 64 characters of `A-Za-z0-9_-`. */
export function startParameter(name: string, value = ""): string {
  const parameter = value === "" ? name : `${name}_${value}`;
  if (parameter.length > longestParameter || !parameterPattern.test(parameter)) {
    throw new RangeError(`not a start parameter: ${name}`);
  }
  return parameter;
}

/** The link and its value that `/start <args>` names; undefined when nobody takes it. */
export function findStartLink(
  links: readonly StartLink[],
  args: string,
): { readonly link: StartLink; readonly value: string } | undefined {
  const [name = ""] = args.split("_", 1);
  const link = links.find((each) => each.name === name);
  return link && { link, value: args.slice(name.length + 1) };
}
