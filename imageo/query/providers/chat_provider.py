"""A provider that speaks OpenAI's protocol, over OpenAI's SDK."""

from typing import Any

import httpx2
import openai

from imageo.query.providers import Endpoint
from imageo.query.providers.calling import Response, call, open_client, response_of, timeout
from imageo.query.providers.chat import chat_body, read_reply
from imageo.query.providers.environment import without_environment
from imageo.query.questions import Asking, ImageLimits, Question
from imageo.query.replies import Reply

NO_KEY = "none"
"""The SDK wants a key; servers of one's own take any."""


class ChatProvider:
    """Asks over `/chat/completions`. `parameters` go into every body."""

    def __init__(
        self,
        name: str,
        asking: Asking,
        endpoint: Endpoint,
        base_url: str,
        limits: ImageLimits,
        parameters: dict[str, Any],
    ) -> None:
        self.name = name
        self.image_limits: ImageLimits | None = limits
        self._asking = asking
        self._endpoint = endpoint
        self._parameters = parameters
        client = openai.AsyncOpenAI(
            api_key=endpoint.key.get_secret_value() if endpoint.key else NO_KEY,
            base_url=base_url,
            max_retries=0,
            timeout=timeout(endpoint),
            http_client=open_client(endpoint),
        )
        self._client = without_environment(client)

    def encode(self, question: Question) -> bytes:
        """The body of the request."""
        return chat_body(self._asking, question, self._parameters)

    async def ask(self, body: bytes) -> Reply:
        """One call. Raises CallFailed."""
        return await call(self._send, body, self._endpoint, read_reply)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _send(self, body: bytes) -> Response:
        try:
            answer = await self._client.post("/chat/completions", cast_to=httpx2.Response, content=body)
        except openai.APIStatusError as error:
            return response_of(error.response)
        return response_of(answer)
