"""The one error meant for people."""


class Refusal(Exception):
    """Something a person must act on, said in a sentence and shown without a traceback.

    `code` is the exit code of the command: 2 usage, 3 not published, 4 could not start or write.
    """

    def __init__(self, says: str, code: int = 2):
        super().__init__(says)
        self.code = code
