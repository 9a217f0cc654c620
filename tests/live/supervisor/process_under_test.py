"""The supervisor as a process of its own: ``python -m ... FOLDER BOT_API_ADDRESS``."""

import sys
from pathlib import Path

from live.control.places import Places
from live.supervisor.kill import KillTarget
from live.supervisor.run import SupervisorSetup, run_supervisor
from live.telegram.settings import TelegramSettings
from tests.live.supervisor.strict_venue import StrictVenue, resting

if __name__ == "__main__":
    places = Places(Path(sys.argv[1])).make()
    venue = StrictVenue(resting("a"))
    setup = SupervisorSetup(
        KillTarget(places, "demo", venue.broker, grace_s=0.5),
        (sys.executable, "-m", "tests.live.supervisor.fake_engine", str(places.folder)),
        telegram=TelegramSettings(owners=[11], api=sys.argv[2]),
        secrets=("venue-secret-0123456789",),
    )
    sys.exit(run_supervisor(setup))
