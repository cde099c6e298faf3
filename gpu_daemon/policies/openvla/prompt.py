"""The words OpenVLA was trained to complete, as tokens."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer

from scenes.errors import BadInput, Incompatible

PROMPT = "In: What action should the robot take to {}?\nOut:"  # openvla's README and vla-scripts/deploy.py
EMPTY = 29871  # Llama's lone space: the token before the action tokens in training (modeling_prismatic.py)


def read_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer in the folder's tokenizer.json, which neither cuts nor pads.

    Raises:
        BadInput: there is none, or it is not readable.
    """
    path = folder / "tokenizer.json"
    try:
        tokenizer: Tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:
        raise BadInput(f"{path} cannot be read.", hint="Fetch the model again.", detail=str(error)) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def prompt_tokens(tokenizer: Tokenizer, instruction: str, begin: int, known: int) -> list[int]:
    """The tokens of the prompt: `begin` (of sequence) first, the instruction in small letters, EMPTY last.

    Raises:
        Incompatible: the language model knows only `known` tokens, and one of these is not among them.
    """
    tokens: list[int] = tokenizer.encode(PROMPT.format(instruction.lower())).ids
    if tokens[:1] != [begin]:
        tokens = [begin, *tokens]
    if tokens[-1] != EMPTY:
        tokens = [*tokens, EMPTY]
    if max(tokens) >= known:
        raise Incompatible(
            f"The prompt has token {max(tokens)}, but the language model knows only {known}.",
            hint="Check that tokenizer and weights belong together.",
        )
    return tokens
