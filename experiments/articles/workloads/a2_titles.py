"""The title of a web page: with urlopen for the first time, and with everything that it needs ready."""
import encodings.idna  # the first look-up of a host needs it
import re
from threading import Thread

try:
    import urllib.request as web
    from queue import Queue
except ImportError:  # Python 2
    import urllib2 as web
    from Queue import Queue

TITLE = re.compile(b"<title>(.*?)</title>")
READY = web.build_opener(web.ProxyHandler({}))  # made before the clock starts; urlopen makes its own when it is first used


def title(url, opener):
    """Return the title of the page at url. opener is "ready" or "first_use"."""
    page = READY.open(url) if opener == "ready" else web.urlopen(url)
    try:
        return TITLE.search(page.read()).group(1).decode("ascii")
    finally:
        page.close()


def as_printed(site, pages, threads):
    """Fetch pages with threads and a queue as the article did, and return how many titles there are.

    site is an address without a slash at its end, pages are paths with spaces between them.
    """
    titles, queue = [], Queue()

    def work():
        while True:
            url = queue.get()
            titles.append(title(url, "ready"))
            queue.task_done()  # which an exception skips

    return fetch_all(site, pages, threads, queue, work, titles)


def corrected(site, pages, threads):
    """The same, with every item done whatever comes of it."""
    titles, queue = [], Queue()

    def work():
        while True:
            url = queue.get()
            try:
                titles.append(title(url, "ready"))
            except EnvironmentError:  # HTTPError is one
                pass
            finally:
                queue.task_done()

    return fetch_all(site, pages, threads, queue, work, titles)


def fetch_all(site, pages, threads, queue, work, titles):
    for _ in range(threads):
        thread = Thread(target=work)
        thread.daemon = True
        thread.start()
    for page in pages.split():
        queue.put(site + page)
    queue.join()
    return len(titles)
