"""An article that stands only in the state that a page's script starts with."""
