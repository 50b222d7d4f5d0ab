"""What a reader has chosen: by the boxes of the page, and in the address bar, which always say the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence

TOLD = "told in the address bar"


def follow_the_address(names: Sequence[str]) -> None:
    """Take over what the address bar says where it is not what the page last wrote there: a link, or Back."""
    import streamlit as st

    asked = st.query_params.to_dict()
    if asked != st.session_state.get(TOLD):
        # Anybody may write an address: nothing in it but a choice is believed.
        for name in {*names} & {*asked}:
            st.session_state[name] = asked[name]


def choose(
    name: str, words: str, options: Sequence[str], said: Callable[[str], str] = str, otherwise: str = ""
) -> str:
    """A box to choose from → what is chosen; `otherwise` (or the first) where what was chosen is no longer there."""
    import streamlit as st

    if st.session_state.get(name) not in options:
        st.session_state[name] = otherwise if otherwise in options else options[0]
    return st.selectbox(words, options, key=name, format_func=said)


def tell_the_address(names: Sequence[str]) -> None:
    """Write what is chosen into the address bar, so that a link or a bookmark leads back to it."""
    import streamlit as st

    told = {name: st.session_state[name] for name in names}
    if st.query_params.to_dict() != told:
        st.query_params.from_dict(told)
    st.session_state[TOLD] = told
