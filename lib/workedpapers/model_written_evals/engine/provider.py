"""Models from this machine in Inspect, under the name workedpapers."""

from __future__ import annotations

import asyncio
import threading
from functools import cache
from typing import Any

from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    GenerateConfig,
    Logprob,
    Logprobs,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    TopLogprob,
    modelapi,
)

from workedpapers.model_written_evals.models.language import LanguageModel, local_model
from workedpapers.model_written_evals.models.tokens import Token

__all__ = ["LocalAPI", "workedpapers"]

_turn = threading.Lock()


@cache
def loaded(name: str) -> LanguageModel:
    """A model from this machine, loaded once."""
    return local_model(name)


class LocalAPI(ModelAPI):  # type: ignore[misc]
    """A model from this machine: ``workedpapers/smollm2``, or ``workedpapers//path/of/a/model``."""

    async def generate(
        self, input: list[ChatMessage], tools: Any, tool_choice: Any, config: GenerateConfig
    ) -> ModelOutput:
        """Reply to a conversation; a last message of the assistant is gone on with."""
        return await asyncio.to_thread(self._reply, input, config)

    def max_connections(self) -> int:
        """One question at a time, as there is one processor."""
        return 1

    def _reply(self, messages: list[ChatMessage], config: GenerateConfig) -> ModelOutput:
        with _turn:
            model = loaded(self.model_name)
            begin = messages[-1].text if messages[-1].role == "assistant" else ""
            turns = [{"role": m.role, "content": m.text} for m in messages]
            text = model.conversation(turns[:-1] if begin else turns) + begin
            reply = model.next_tokens(
                text,
                config.max_tokens or 64,
                top=max(1, config.top_logprobs or 1),
                temperature=config.temperature or 0.0,
                seed=config.seed or 0,
            )
        said = "".join(token.text for token in reply)
        choice = ChatCompletionChoice(
            message=ChatMessageAssistant(content=said, model=self.model_name, source="generate"),
            stop_reason="stop",
            logprobs=Logprobs(content=[_told(one) for one in reply]) if config.logprobs else None,
        )
        size = model.count(text)
        usage = ModelUsage(
            input_tokens=size, output_tokens=len(reply), total_tokens=size + len(reply)
        )
        return ModelOutput(model=self.model_name, choices=[choice], usage=usage)


def _told(token: Token) -> Logprob:
    """A token in Inspect's form."""
    top = [TopLogprob(token=text, logprob=value) for text, value in token.top]
    return Logprob(token=token.text, logprob=token.logprob, top_logprobs=top)


@modelapi(name="workedpapers")  # type: ignore[untyped-decorator]
def workedpapers() -> type[ModelAPI]:
    """Register the provider."""
    return LocalAPI
