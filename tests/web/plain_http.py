"""Requests to a server of the test, without certificates: to read their file costs each request 20 ms."""

from functools import partial

import httpx2

get = partial(httpx2.get, verify=False, timeout=180)
post = partial(httpx2.post, verify=False, timeout=180)
request = partial(httpx2.request, verify=False, timeout=180)
