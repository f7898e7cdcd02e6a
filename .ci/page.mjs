// Usage: node page.mjs BROWSER SHOTS PAGE…   (see .ci/page)
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const [executablePath, shots, ...pages] = process.argv.slice(2)
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8')
const patience = 120_000 // ms; the machine may be full
const browser = await chromium.launch({ executablePath, timeout: patience, args: ['--no-sandbox', '--disable-gpu'] })
let problems = 0, looks = 0

// look opens a page as one kind of reader sees it, and says what is wrong with it.
async function look(file, name, width, scheme, media, scripts = true) {
  looks++
  const wrong = []
  const url = pathToFileURL(resolve(file)).href
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, javaScriptEnabled: scripts })
  context.setDefaultTimeout(patience)
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
  if (media === 'print') wrong.push(...await printed(page, `${shots || '.'}/${basename(file, '.html')}.pdf`))
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

// printed prints a page, and says what of it cannot be read on paper: a word that is not there, a figure that is not whole
// on one sheet, the first one with its heading, words over each other, as where one part is drawn over another.
async function printed(page, path) {
  const { texts, figures } = await page.evaluate(() => {
    const own = t => [...t.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('')
    const figures = [...document.querySelectorAll('.chart')].map(c => {
      const section = c.closest('section'), above = section.querySelector('.chart') === c ? [section.querySelector('h2').textContent] : []
      return [c.ariaLabel, [...above, ...[...c.querySelectorAll('text')].map(own)]]
    })
    const texts = [...document.querySelectorAll('h1, section:not(:has(.chart)) > h2, h3, .checks .name, .choice > summary, #cells th, #cells td, #environment td, dt')].map(t => t.textContent)
    const lines = [...document.querySelectorAll('.line')].map(own)
    return { figures, texts: [...texts, ...lines, ...figures.flatMap(f => f[1])] }
  })
  await page.pdf({ path, preferCSSPageSize: true })
  let sheets
  try {
    sheets = execFileSync('pdftotext', ['-bbox', path, '-'], { encoding: 'utf8', maxBuffer: 1e9 }).split('</page>').slice(0, -1).map(words)
  } catch (e) {
    if (e.code !== 'ENOENT') throw e
    if (!unread) console.log('page: pdftotext (poppler-utils) is not here: what is printed is not read')
    unread = true
    return []
  }
  const wrong = sheets.flatMap((sheet, i) => overprinted(sheet).map(w => `sheet ${i + 1}: ${w}`))
  const told = sheets.map(sheet => plain(sheet.map(w => w.text).join('')))
  const need = new Map()
  for (const word of texts.flatMap(split)) need.set(word, (need.get(word) || 0) + 1)
  for (const [word, n] of need) {
    const found = told.join('').split(word).length - 1
    if (found < n && word.length < 20) wrong.push(`${word} is printed ${found} times, not ${n}`) // longer ones may be broken
  }
  for (const [name, texts] of figures) {
    if (!told.some(sheet => texts.flatMap(split).every(word => sheet.includes(word)))) wrong.push(`${name} is whole on no sheet`)
  }
  return wrong.slice(0, 10)
}

const plain = s => s.normalize('NFKC').replace(/[^\p{L}\p{N}=%×]/gu, '')
const split = s => s.normalize('NFKC').match(/[\p{L}\p{N}=%×]+/gu) ?? []

// words are those of a sheet, with their places. One that has a rim is drawn twice.
function words(sheet) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"' }
  const all = [...sheet.matchAll(/<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)<\/word>/g)].map(([, x0, y0, x1, y1, text]) =>
    ({ x0: +x0, y0: +y0, x1: +x1, y1: +y1, text: text.replace(/&(amp|lt|gt|quot);/g, (_, n) => named[n]) }))
  return all.filter((w, i) => !all.slice(0, i).some(o => o.text === w.text && Math.hypot(o.x0 - w.x0, o.y0 - w.y0) < 4))
}

// overprinted are words that cover more than a third of each other's height and width.
function overprinted(sheet) {
  const wrong = []
  for (const [i, a] of sheet.entries()) {
    for (const b of sheet.slice(0, i)) {
      const wide = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0), high = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0)
      if (wide > Math.min(a.x1 - a.x0, b.x1 - b.x0) / 3 && high > Math.min(a.y1 - a.y0, b.y1 - b.y0) / 2) wrong.push(`${a.text} stands over ${b.text}`)
    }
  }
  return wrong
}

let unread = false
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
