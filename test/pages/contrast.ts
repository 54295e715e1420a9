import type { Locator } from 'playwright-core'

/**
 * How well the edge of a box can be told from the page around it: a ratio from 1 to 21.
 *
 * @see https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio
 */
export function edgeContrast(box: Locator): Promise<number> {
  return box.evaluate((element) => {
    const luminance = (color: string) => {
      const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((channel) => {
        const part = Number(channel) / 255
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const { borderTopWidth: width, borderTopColor: edge } = getComputedStyle(element)
    const page = getComputedStyle(document.documentElement).backgroundColor
    if (Number.parseFloat(width) === 0) return 1
    const [dark = 0, light = 0] = [luminance(edge), luminance(page)].sort((a, b) => a - b)
    return (light + 0.05) / (dark + 0.05)
  })
}
