// Usage: node page.mjs BROWSER SHOTS PAGE…   (see .ci/page)
import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const [executablePath, shots, ...pages] = process.argv.slice(2)
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
let problems = 0, looks = 0

// look opens a page as one kind of reader sees it, and says what is wrong with it.
async function look(file, name, width, scheme, media, scripts = true) {
  looks++
  const wrong = []
  const url = pathToFileURL(resolve(file)).href
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, javaScriptEnabled: scripts })
  const page = await context.newPage()
  page.on('console', m => wrong.push(`console: ${m.text()}`))
  page.on('pageerror', e => wrong.push(`error: ${e.message}`))
  page.on('request', r => { if (r.url() !== url && r.url() !== 'data:,') wrong.push(`it asks for ${r.url().slice(0, 100)}`) })
  await page.emulateMedia({ media, colorScheme: scheme })
  await page.goto(url)
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  if (await wide() > 0) wrong.push(`${await wide()} px are wider than the window`)
  const told = await page.locator('main').innerText()
  for (const id of ['checks', 'environment']) {
    if (!await page.locator(`#${id}`).isVisible()) wrong.push(`#${id} is not to be seen`)
  }
  if (!/\b(pass|fail|error|inconclusive|skipped)\b/.test(told)) wrong.push('no verdict can be read')
  if (shots) await page.screenshot({ path: `${shots}/${basename(file, '.html')}-${name}.png`, fullPage: true })
  if (shots && media === 'print') await page.pdf({ path: `${shots}/${basename(file, '.html')}.pdf`, preferCSSPageSize: true })
  if (scripts && width === 1200) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(() => document.activeElement.className) !== 'skip') wrong.push('the first stop of the keyboard is not the skip link')
    await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true })
    if (await wide() > 0) wrong.push(`${await wide()} px are wider than the window where all is unfolded`)
    await page.evaluate(axe)
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
    for (const v of violations.filter(v => ['serious', 'critical'].includes(v.impact))) {
      wrong.push(`axe: ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(', ')}`)
    }
  }
  await context.close()
  for (const w of wrong) console.log(`${file}, ${name}: ${w}`)
  problems += wrong.length
}

for (const file of pages) {
  for (const width of [400, 1200, 1920]) {
    for (const scheme of ['light', 'dark']) await look(file, `${width}-${scheme}`, width, scheme, 'screen')
  }
  await look(file, 'print', 718, 'dark', 'print') // A4 less its margins
  await look(file, 'no-script', 1200, 'light', 'screen', false)
}
await browser.close()
console.log(`page: ${looks} looks at ${pages.length} pages, ${problems} problems`)
process.exit(problems ? 1 : 0)
