import { logoPath, type StoredLogo } from '../../auth/branding.js';
import { brandStyle } from '../../branding/brand-colors.js';
import { html, type Html, plainText } from './html.js';
import { type Texts } from './texts.js';

/** What a merchant's pages show of it besides its name. */
export interface PageBrand {
  /** Paths on this server. */
  style: string | null;
  logo: { path: string; width: number; height: number; backing: 'light' | 'dark' | null } | null;
  /** An e-mail address or an https URL. */
  support: string | null;
  termsUrl: string | null;
}

/** What is set of a merchant, as it is stored. */
interface Branding {
  brandColor: string | null;
  logo: StoredLogo | null;
  support: string | null;
  termsUrl: string | null;
}

export function pageBrand({ brandColor, logo, support, termsUrl }: Branding): PageBrand {
  return {
    style: brandColor === null ? null : `/pay/brands/${brandStyle(brandColor).name}`,
    logo: logo && { ...logo, path: logoPath(logo) },
    support,
    termsUrl,
  };
}

/** For the head, behind our own styles, which it changes. */
export function brandHead({ style }: PageBrand): Html | null {
  return style === null ? null : html`<link rel="stylesheet" href="${style}" />`;
}

/** Beside the name, which is always written: a picture may say anything. */
export function brandLogo({ logo }: PageBrand): Html | null {
  if (logo === null) return null;
  const { path, width, height, backing } = logo;
  return html`<img
    class="logo ${backing === null ? '' : `is-on-${backing}`}"
    src="${path}"
    width="${width}"
    height="${height}"
    alt=""
  />`;
}

/** Where the merchant answers for itself. */
export function brandLinks({ support, termsUrl }: PageBrand, texts: Texts): Html | null {
  if (support === null && termsUrl === null) return null;
  const rel = 'noopener noreferrer';
  return html`<p class="shop-links">
    ${support === null ? null : html`<a href="${hrefOf(support)}" rel="${rel}" target="_blank">${texts.say('shop_support')}</a> `}
    ${termsUrl === null ? null : html`<a href="${termsUrl}" rel="${rel}" target="_blank">${texts.say('shop_terms')}</a>`}
  </p>`;
}

function hrefOf(support: string): string {
  return support.includes('://') ? support : `mailto:${plainText(support)}`;
}
