FROM python:3.13-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1
WORKDIR /source
COPY locks/build.txt locks/install.txt locks/run.txt locks/
RUN pip install --require-hashes -r locks/build.txt -r locks/install.txt \
    && uv venv --python /usr/local/bin/python3 /opt/imageo \
    && uv pip install --python /opt/imageo --require-hashes -r locks/run.txt
COPY . .
RUN python -m hatchling build -t wheel -d /wheel \
    && uv pip install --python /opt/imageo --no-deps /wheel/*.whl

FROM python:3.13-slim-trixie
RUN useradd --uid 1000 --create-home imageo
COPY --from=build /opt/imageo /opt/imageo
ENV PATH=/opt/imageo/bin:$PATH
USER imageo
WORKDIR /data
ENTRYPOINT ["imageo"]
CMD ["--help"]
