"""The client of TensorFlow Serving, on the server's own messages and against a stand-in for it."""

import concurrent.futures
import json

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from kerasphys.artifacts import load_surrogate
from tests.artifacts.exports import export_pinn

client = pytest.importorskip("examples.serving.client")  # needs tensorflow-serving-api


@pytest.fixture(scope="module")
def artefact(tmp_path_factory):
    """A version folder as the server wants it, and points."""
    path = tmp_path_factory.mktemp("models") / "heat" / "1"
    return path, export_pinn(path, "float64")["points"]


@pytest.fixture(scope="module")
def signatures(artefact):
    """What the server reads in the SavedModel."""
    model = saved_model_pb2.SavedModel()
    model.ParseFromString((artefact[0] / "saved_model.pb").read_bytes())
    return model.meta_graphs[0].signature_def


@pytest.fixture(scope="module")
def answer(artefact, signatures):
    """What the server makes of a `PredictRequest`, by the rules of the signature."""
    model = tf.saved_model.load(str(artefact[0]))

    def answer(request):
        name = request.model_spec.signature_name
        definition = signatures[name]
        assert definition.method_name == "tensorflow/serving/predict"
        assert set(request.inputs) == set(definition.inputs)
        for key, info in definition.inputs.items():
            tensor = request.inputs[key]
            assert tensor.dtype == info.dtype
            assert tf.TensorShape(info.tensor_shape).is_compatible_with(tensor.tensor_shape)
        tensors = {key: tf.make_ndarray(tensor) for key, tensor in request.inputs.items()}
        values = model.signatures[name](**{k: tf.constant(v) for k, v in tensors.items()})
        assert set(values) == set(definition.outputs)
        response = client.predict_pb2.PredictResponse()
        for key, value in values.items():
            response.outputs[key].CopyFrom(tf.make_tensor_proto(value))
            assert response.outputs[key].dtype == definition.outputs[key].dtype
        return response

    return answer


@pytest.fixture
def server(signatures, answer):
    """A stand-in for TensorFlow Serving on this machine, with one model."""

    class Service(client.prediction_service_pb2_grpc.PredictionServiceServicer):
        def Predict(self, request, context):
            assert request.model_spec.name == "heat"
            return answer(request)

        def GetModelMetadata(self, request, context):
            table = client.get_model_metadata_pb2.SignatureDefMap()
            for name, signature in signatures.items():
                table.signature_def[name].CopyFrom(signature)
            response = client.get_model_metadata_pb2.GetModelMetadataResponse()
            response.metadata["signature_def"].Pack(table)
            return response

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = client.grpc.server(pool)
        client.prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
            Service(), running
        )
        port = running.add_insecure_port("127.0.0.1:0")
        running.start()
        yield f"127.0.0.1:{port}"
        running.stop(None).wait()


def test_the_folder_is_a_version(artefact):
    path, _ = artefact
    assert path.name.isdigit()
    assert [folder.name for folder in path.parent.iterdir()] == ["1"]


@pytest.mark.parametrize("name", ["serve", "derivatives", "serving_default"])
def test_requests_and_responses_fit_the_signature(artefact, signatures, answer, name):
    path, points = artefact
    arrays = client.fitted(signatures[name], {"points": points.astype("float32")})
    values = client.grpc_values(answer(client.grpc_request("heat", name, arrays)))
    surrogate = load_surrogate(path)
    function = surrogate.derivatives if name == "derivatives" else surrogate.predict
    expected = function(points.astype("float32"))
    assert set(values) == set(expected)
    for key, value in values.items():
        np.testing.assert_allclose(value, expected[key], rtol=1e-14, strict=True)


def test_rest_keeps_all_digits(artefact, signatures):
    path, points = artefact
    body = json.loads(client.rest_request("serve", {"points": points}))
    assert body["signature_name"] == "serve"
    np.testing.assert_array_equal(body["inputs"]["points"], points)
    surrogate = load_surrogate(path)
    u = surrogate.predict(points)["u"]
    found = client.rest_values(signatures["serve"], json.dumps({"outputs": u.tolist()}))
    np.testing.assert_array_equal(found["u"], u, strict=True)
    values = surrogate.derivatives(points)
    several = json.dumps({"outputs": {name: value.tolist() for name, value in values.items()}})
    found = client.rest_values(signatures["derivatives"], several)
    for name, value in values.items():
        np.testing.assert_array_equal(found[name], value, strict=True)


def test_the_command_talks_to_a_server(artefact, server, tmp_path, capsys):
    path, points = artefact
    np.save(tmp_path / "points.npy", points)
    words = [server, "heat", f"points={tmp_path / 'points.npy'}", "--output", str(tmp_path)]
    client.main(words)
    assert capsys.readouterr().out == "u: float64 of shape (5,)\n"
    expected = load_surrogate(path).predict(points)["u"]
    np.testing.assert_allclose(np.load(tmp_path / "u.npy"), expected, rtol=1e-14, strict=True)
    with pytest.raises(ValueError, match=r"no signature 'band'; it has \['derivatives', 'serve'"):
        client.main([*words, "--signature", "band"])


def test_what_does_not_fit_is_not_sent(signatures):
    serve = signatures["serve"]
    with pytest.raises(ValueError, match=r"inputs are \['points'\], not \['x'\]"):
        client.fitted(serve, {"x": np.ones((1, 2))})
    with pytest.raises(ValueError, match=r"'points' has the shape \(None, 2\), not \(1, 3\)"):
        client.fitted(serve, {"points": np.ones((1, 3))})
