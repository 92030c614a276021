"""Asks TensorFlow Serving for the predictions of an artefact.

    python -m examples.serving.client localhost:8500 burgers points=points.npy

Arrays come from files of NumPy, one for each input of the signature; the outputs are written to
`outputs/serving/<name>.npy`. The client needs `tensorflow-serving-api`, and neither kerasphys nor
the artefact: what the inputs are called, and in which precision they are sent, it asks the server.
`python -m examples.serving.client --help` lists the options.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)

Arrays = Mapping[str, np.ndarray]


def signature_of(stub: Any, model: str, name: str) -> Any:
    """The `SignatureDef` of a model that is being served."""
    request = get_model_metadata_pb2.GetModelMetadataRequest()
    request.model_spec.name = model
    request.metadata_field.append("signature_def")
    answer = stub.GetModelMetadata(request)
    table = get_model_metadata_pb2.SignatureDefMap()
    answer.metadata["signature_def"].Unpack(table)
    if name not in table.signature_def:
        names = sorted(set(table.signature_def) - {"__saved_model_init_op"})
        raise ValueError(f"The model {model!r} has no signature {name!r}; it has {names}.")
    return table.signature_def[name]


def fitted(signature: Any, arrays: Arrays) -> dict[str, np.ndarray]:
    """The inputs of a signature in its dtypes, their names and shapes checked."""
    if set(arrays) != set(signature.inputs):
        raise ValueError(f"The inputs are {sorted(signature.inputs)}, not {sorted(arrays)}.")
    found = {}
    for name, info in signature.inputs.items():
        array = np.asarray(arrays[name], tf.as_dtype(info.dtype).as_numpy_dtype)
        shape = tf.TensorShape(info.tensor_shape)
        if not shape.is_compatible_with(array.shape):
            raise ValueError(f"The input {name!r} has the shape {shape}, not {array.shape}.")
        found[name] = array
    return found


def grpc_request(model: str, name: str, arrays: Arrays) -> Any:
    """The `PredictRequest` of a signature."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.model_spec.signature_name = name
    for key, array in arrays.items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(array))
    return request


def grpc_values(response: Any) -> dict[str, np.ndarray]:
    """The outputs in a `PredictResponse`."""
    return {name: tf.make_ndarray(tensor) for name, tensor in response.outputs.items()}


def rest_request(name: str, arrays: Arrays) -> str:
    """The body of a request to `/v1/models/<model>:predict`, with all the digits."""
    inputs = {key: array.tolist() for key, array in arrays.items()}
    return json.dumps({"signature_name": name, "inputs": inputs}, allow_nan=False)


def rest_values(signature: Any, body: str) -> dict[str, np.ndarray]:
    """The outputs in the answer; where there is only one, it stands there without its name."""
    outputs = json.loads(body)["outputs"]
    if len(signature.outputs) == 1:
        outputs = dict.fromkeys(signature.outputs, outputs)
    return {
        name: np.asarray(outputs[name], tf.as_dtype(info.dtype).as_numpy_dtype)
        for name, info in signature.outputs.items()
    }


def main(argv: list[str] | None = None) -> dict[str, np.ndarray]:
    """Sends the arrays of the command line, and writes what comes back."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("server", help="host and gRPC port, such as localhost:8500")
    parser.add_argument("model", help="the name under which the model is served")
    parser.add_argument("inputs", nargs="+", metavar="NAME=FILE.npy")
    parser.add_argument("--signature", default="serve")
    parser.add_argument("--output", type=Path, default=Path("outputs/serving"))
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds")
    options = parser.parse_args(argv)
    files = dict(word.split("=", 1) for word in options.inputs)
    arrays = {name: np.load(file, allow_pickle=False) for name, file in files.items()}
    unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(options.server, options=unlimited) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        signature = signature_of(stub, options.model, options.signature)
        request = grpc_request(options.model, options.signature, fitted(signature, arrays))
        values = grpc_values(stub.Predict(request, timeout=options.timeout))
    options.output.mkdir(parents=True, exist_ok=True)
    for name, array in values.items():
        np.save(options.output / f"{name}.npy", array)
        print(f"{name}: {array.dtype} of shape {array.shape}")
    return values


if __name__ == "__main__":
    main()
