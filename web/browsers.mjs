/**
 * The oldest browsers that a customer may pay with: phones that get no updates any more, and wallets whose own browser is
 * an old WebView. The build translates syntax for them, and `npm run lint` refuses what they do not have.
 */
export const OLDEST_BROWSERS = {
  /** And whatever is made of it, WebViews of Android above all. */
  chrome: 80,
  safari: 15,
  safari_ios: 15,
  firefox: 91,
};

/** The same as esbuild names them. */
export const BUILD_TARGET = [
  `chrome${OLDEST_BROWSERS.chrome}`,
  `safari${OLDEST_BROWSERS.safari}`,
  `ios${OLDEST_BROWSERS.safari_ios}`,
  `firefox${OLDEST_BROWSERS.firefox}`,
];
