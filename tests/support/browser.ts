import Chromium from "@sparticuz/chromium";
import puppeteer, { type Browser } from "puppeteer-core";

/**
 * A real browser without a window, from the development packages.
 *
 * @returns undefined, with the reason said, where the machine lacks what it needs
 */
export async function openBrowser(): Promise<Browser | { readonly missing: string }> {
  try {
    const executablePath = await Chromium.executablePath();
    return await puppeteer.launch({ executablePath, args: Chromium.args, headless: "shell" });
  } catch (error) {
    return { missing: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) };
  }
}
