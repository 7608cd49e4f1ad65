"""`broadsheet deploy`: the configuration's deployments on a Prefect server that somebody else runs."""

import os

import httpx
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound

from articles.errors import ConfigError, SchedulerError
from flows.config import Config
from flows.deployments import Registered, register


def deploy(config: Config, pool: str) -> Registered:
    """Register on the server that PREFECT_API_URL names, for the workers of an existing work pool.

    Raises ConfigError when the variable is not set or there is no such pool, SchedulerError when nothing answers there.
    """
    url = os.environ.get("PREFECT_API_URL", "")
    if not url:
        raise ConfigError(
            "PREFECT_API_URL is not set: name your Prefect server's API, such as http://127.0.0.1:4200/api. "
            "Without a server, `broadsheet schedule` starts one."
        )
    try:
        with get_client(sync_client=True) as client:
            try:
                client.read_work_pool(pool)
            except ObjectNotFound:
                raise ConfigError(
                    f"{url} has no work pool `{pool}`; name another with --pool, or make it: "
                    f"prefect work-pool create {pool} --type process"
                ) from None
            return register(client, config, pool)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SchedulerError(f"Prefect's API at {url} (PREFECT_API_URL) cannot be used: {error}") from error
