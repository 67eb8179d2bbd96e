"""The runs that are stored, one by one."""

from experiments import stored


def stored_run(experiment, **which):
    """The one run of an experiment whose settings are these."""
    file = stored.read(experiment.FILE)
    if "choice" in file["settings"]:  # not those from which the rate was chosen
        file = stored.results(experiment.FILE)
    (found,) = (run for run in file["runs"] if which.items() <= run.items())
    return found
