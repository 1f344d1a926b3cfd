/** The few elements of S3's answers that we read. Our own keys need no unescaping, and others' are left alone. */

/** Such as `NoSuchKey`; undefined when the answer is not S3's. */
export function readErrorCode(xml: string): string | undefined {
  return /<Error>[\s\S]*?<Code>(\w{1,60})<\/Code>/.exec(xml)?.[1];
}

export interface ListedPage {
  readonly keys: readonly { readonly key: string; readonly modifiedAt: Date }[];
  /** Where the next page begins. */
  readonly next: string | undefined;
}

/** One page of `ListObjectsV2`. */
export function listedKeys(xml: string): ListedPage {
  const keys = [...xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)].map(([, object = ""]) => ({
    key: textOf(object, "Key") ?? "",
    modifiedAt: new Date(textOf(object, "LastModified") ?? ""),
  }));
  const isCut = textOf(xml, "IsTruncated") === "true";
  return { keys, next: isCut ? textOf(xml, "NextContinuationToken") : undefined };
}

function textOf(xml: string, element: string): string | undefined {
  const text = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1];
  return text?.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
