interface Feature {
  [name: string]: Feature | undefined;
}

export declare const compatibility: {
  api: Record<string, Feature | undefined>;
  css: Record<'properties' | 'selectors' | 'types' | 'at-rules', Record<string, Feature | undefined>>;
};
export declare function lackedBy(feature: Feature | undefined): string[];
