// Evaluates an artefact of kerasphys with TensorFlow's C API alone: no Python, no Keras.
//
//     make PYTHON=../../.venv/bin/python
//     build/predict ../../saved_models/advection_diffusion < points.csv
//     build/predict darcy_fno inputs=fields.npy --output result_
//
// Inputs are arrays in files of NumPy (NAME=FILE.npy), or lines of numbers on standard input, one
// line for each sample, where a signature has one input. Outputs are printed as lines of numbers
// in the same way, or written to PREFIX<name>.npy.
//
// Options: --signature NAME   the signature to evaluate, "serve" by default
//          --output PREFIX    write .npy files instead of printing
//          --repeat N         evaluate N times more, and print the seconds that one call takes
//          --threads N        the number of threads that TensorFlow uses

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tensorflow/c/c_api.h"

namespace {

using Shape = std::vector<int64_t>;

[[noreturn]] void Fail(const std::string& text) { throw std::runtime_error(text); }

std::string Text(const Shape& shape) {
  std::string text;
  for (int64_t n : shape) text += (text.empty() ? "" : ", ") + (n < 0 ? "?" : std::to_string(n));
  return "(" + text + ")";
}

int64_t Product(const Shape& shape) {
  int64_t product = 1;
  for (int64_t n : shape) product *= n;
  return product;
}

// ---- What a signature is: tensors by name, read from the MetaGraphDef of the SavedModel. ------

struct TensorInfo {
  std::string tensor;  // such as "StatefulPartitionedCall:0"
  TF_DataType dtype = TF_FLOAT;
  Shape shape;  // -1 for a free axis
};

struct Signature {
  std::map<std::string, TensorInfo> inputs, outputs;
};

// Calls `visit(field, number, bytes)` for each field of a message of protocol buffers.
template <typename Visit>
void EachField(const std::string& message, Visit visit) {
  size_t at = 0;
  auto varint = [&]() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at >= message.size()) Fail("The SavedModel is damaged.");
      const uint8_t byte = message[at++];
      value |= uint64_t(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    Fail("The SavedModel is damaged.");
  };
  while (at < message.size()) {
    const uint64_t tag = varint();
    uint64_t number = 0, length = 0;
    switch (tag & 7) {
      case 0: number = varint(); break;
      case 1: length = 8; break;
      case 2: length = varint(); break;
      case 5: length = 4; break;
      default: Fail("The SavedModel is damaged.");
    }
    if (length > message.size() - at) Fail("The SavedModel is damaged.");
    visit(tag >> 3, number, message.substr(at, length));
    at += length;
  }
}

TensorInfo ReadTensorInfo(const std::string& message) {
  TensorInfo info;
  EachField(message, [&](uint64_t field, uint64_t number, const std::string& bytes) {
    if (field == 1) info.tensor = bytes;
    if (field == 2) info.dtype = static_cast<TF_DataType>(number);
    if (field != 3) return;
    EachField(bytes, [&](uint64_t field, uint64_t, const std::string& dim) {
      if (field != 2) return;
      info.shape.push_back(0);
      EachField(dim, [&](uint64_t field, uint64_t number, const std::string&) {
        if (field == 1) info.shape.back() = static_cast<int64_t>(number);
      });
    });
  });
  return info;
}

std::map<std::string, Signature> ReadSignatures(const std::string& meta_graph) {
  using Bytes = const std::string&;
  std::map<std::string, Signature> signatures;
  auto entry = [](Bytes message) {  // a key and a value of a map
    std::pair<std::string, std::string> pair;
    EachField(message, [&](uint64_t field, uint64_t, Bytes bytes) {
      if (field == 1) pair.first = bytes;
      if (field == 2) pair.second = bytes;
    });
    return pair;
  };
  EachField(meta_graph, [&](uint64_t field, uint64_t, Bytes bytes) {
    if (field != 5) return;  // MetaGraphDef.signature_def
    const auto [name, definition] = entry(bytes);
    Signature& signature = signatures[name];
    EachField(definition, [&](uint64_t field, uint64_t, Bytes bytes) {
      if (field != 1 && field != 2) return;
      const auto [key, info] = entry(bytes);
      (field == 1 ? signature.inputs : signature.outputs)[key] = ReadTensorInfo(info);
    });
  });
  return signatures;
}

// ---- Arrays: float32 or float64, from text and .npy files and back. ---------------------------

struct Array {
  TF_DataType dtype = TF_DOUBLE;
  Shape shape;
  std::vector<double> values;
};

Array ReadLines(std::istream& stream, const Shape& wanted) {
  const Shape inner(wanted.begin() + 1, wanted.end());
  if (std::count(inner.begin(), inner.end(), -1)) {
    Fail("An input of shape " + Text(wanted) + " has free axes: give it as NAME=FILE.npy.");
  }
  Array array;
  int64_t rows = 0;
  for (std::string line; std::getline(stream, line);) {
    std::replace_if(line.begin(), line.end(), [](char c) { return c == ',' || c == '\r'; }, ' ');
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    const size_t before = array.values.size();
    const char* at = line.c_str();
    for (char* end; *(at += std::strspn(at, " \t")); at = end) {
      array.values.push_back(std::strtod(at, &end));
      if (end == at) Fail("Line " + std::to_string(rows + 1) + " is not numbers: " + line);
    }
    if (int64_t(array.values.size() - before) != Product(inner)) {
      Fail("Line " + std::to_string(rows + 1) + " must have " + std::to_string(Product(inner)) +
           " numbers: " + line);
    }
    ++rows;
  }
  array.shape = inner;
  array.shape.insert(array.shape.begin(), rows);
  return array;
}

Array ReadNpy(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char start[8] = {};
  if (!file.read(start, 8) || std::memcmp(start, "\x93NUMPY", 6) != 0) {
    Fail(path + " is not a file of NumPy.");
  }
  uint8_t bytes[4] = {};
  file.read(reinterpret_cast<char*>(bytes), start[6] == 1 ? 2 : 4);
  std::string header(bytes[0] | bytes[1] << 8 | bytes[2] << 16, '\0');
  file.read(header.data(), header.size());
  const bool single = header.find("'<f4'") != std::string::npos;
  if (!file || (!single && header.find("'<f8'") == std::string::npos) ||
      header.find("'fortran_order': False") == std::string::npos) {
    Fail(path + " must hold float32 or float64 numbers in C order.");
  }
  Array array;
  array.dtype = single ? TF_FLOAT : TF_DOUBLE;
  std::istringstream shape(header.substr(header.find('(') + 1));
  for (int64_t n; shape >> n; shape.ignore(1, ',')) array.shape.push_back(n);
  array.values.resize(Product(array.shape));
  if (single) {
    std::vector<float> values(array.values.size());
    file.read(reinterpret_cast<char*>(values.data()), values.size() * sizeof(float));
    std::copy(values.begin(), values.end(), array.values.begin());
  } else {
    file.read(reinterpret_cast<char*>(array.values.data()), array.values.size() * sizeof(double));
  }
  if (!file) Fail(path + " ends too early.");
  return array;
}

void WriteNpy(const std::string& path, const Array& array) {
  const bool single = array.dtype == TF_FLOAT;
  std::string header = std::string("{'descr': '") + (single ? "<f4" : "<f8") +
                       "', 'fortran_order': False, 'shape': (";
  for (int64_t n : array.shape) header += std::to_string(n) + ",";
  header += ")}";
  header += std::string(63 - (10 + header.size()) % 64, ' ') + "\n";
  std::ofstream file(path, std::ios::binary);
  file << std::string("\x93NUMPY\x01\x00", 8) << char(header.size() & 0xff)
       << char(header.size() >> 8) << header;
  if (single) {
    const std::vector<float> values(array.values.begin(), array.values.end());
    file.write(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  } else {
    file.write(reinterpret_cast<const char*>(array.values.data()), array.values.size() * 8);
  }
  if (!file.flush()) Fail("Cannot write " + path + ".");
}

// One line for each sample, the values of all outputs beside each other, with all their digits.
void PrintLines(const std::map<std::string, Array>& outputs) {
  std::string names;
  for (const auto& [name, array] : outputs) {
    if (array.shape.empty() || array.shape[0] != outputs.begin()->second.shape[0]) {
      Fail("The outputs have different lengths: write them with --output PREFIX.");
    }
    names += (names.empty() ? "" : ",") + name;
    if (array.shape.size() > 1) names += Text({array.shape.begin() + 1, array.shape.end()});
  }
  std::printf("# %s\n", names.c_str());
  const int64_t rows = outputs.begin()->second.shape[0];
  for (int64_t row = 0; row < rows; ++row) {
    const char* comma = "";
    for (const auto& [name, array] : outputs) {
      const int64_t each = Product({array.shape.begin() + 1, array.shape.end()});
      for (int64_t i = row * each; i < (row + 1) * each; ++i, comma = ",") {
        std::printf("%s%.*g", comma, array.dtype == TF_FLOAT ? 9 : 17, array.values[i]);
      }
    }
    std::printf("\n");
  }
}

// ---- TensorFlow's C API with owners. ----------------------------------------------------------

using Status = std::unique_ptr<TF_Status, decltype(&TF_DeleteStatus)>;
using Tensor = std::unique_ptr<TF_Tensor, decltype(&TF_DeleteTensor)>;

void Check(const Status& status) {
  if (TF_GetCode(status.get()) != TF_OK) Fail(TF_Message(status.get()));
}

Tensor MakeTensor(const std::string& name, const TensorInfo& info, const Array& array) {
  bool fits = array.shape.size() == info.shape.size();
  for (size_t axis = 0; fits && axis < info.shape.size(); ++axis) {
    fits = info.shape[axis] < 0 || info.shape[axis] == array.shape[axis];
  }
  if (!fits) {
    Fail("The input " + name + " must have the shape " + Text(info.shape) + ", and has " +
         Text(array.shape) + ".");
  }
  const size_t size = array.values.size() * TF_DataTypeSize(info.dtype);
  Tensor tensor(TF_AllocateTensor(info.dtype, array.shape.data(), array.shape.size(), size),
                TF_DeleteTensor);
  void* data = TF_TensorData(tensor.get());
  if (info.dtype == TF_DOUBLE) {
    std::copy(array.values.begin(), array.values.end(), static_cast<double*>(data));
  } else if (info.dtype == TF_FLOAT) {
    std::copy(array.values.begin(), array.values.end(), static_cast<float*>(data));
  } else {
    Fail("The input " + name + " is neither float32 nor float64.");
  }
  return tensor;
}

Array ReadTensor(const std::string& name, const TF_Tensor* tensor) {
  Array array;
  array.dtype = TF_TensorType(tensor);
  for (int axis = 0; axis < TF_NumDims(tensor); ++axis) {
    array.shape.push_back(TF_Dim(tensor, axis));
  }
  const void* data = TF_TensorData(tensor);
  const size_t size = Product(array.shape);
  if (array.dtype == TF_DOUBLE) {
    array.values.assign(static_cast<const double*>(data), static_cast<const double*>(data) + size);
  } else if (array.dtype == TF_FLOAT) {
    array.values.assign(static_cast<const float*>(data), static_cast<const float*>(data) + size);
  } else {
    Fail("The output " + name + " is neither float32 nor float64.");
  }
  return array;
}

class SavedModel {
 public:
  SavedModel(const std::string& path, int threads) {
    std::unique_ptr<TF_SessionOptions, decltype(&TF_DeleteSessionOptions)> options(
        TF_NewSessionOptions(), TF_DeleteSessionOptions);
    if (threads > 0) {  // ConfigProto: intra_op_parallelism_threads = 2, inter_... = 5
      const uint8_t config[] = {0x10, uint8_t(threads), 0x28, uint8_t(threads)};
      TF_SetConfig(options.get(), config, sizeof(config), status_.get());
      Check(status_);
    }
    std::unique_ptr<TF_Buffer, decltype(&TF_DeleteBuffer)> meta_graph(TF_NewBuffer(),
                                                                      TF_DeleteBuffer);
    const char* tag = "serve";
    session_ = TF_LoadSessionFromSavedModel(options.get(), nullptr, path.c_str(), &tag, 1, graph_,
                                            meta_graph.get(), status_.get());
    Check(status_);
    signatures_ = ReadSignatures(
        std::string(static_cast<const char*>(meta_graph->data), meta_graph->length));
  }

  ~SavedModel() {
    if (session_ != nullptr) {
      TF_CloseSession(session_, status_.get());
      TF_DeleteSession(session_, status_.get());
    }
    TF_DeleteGraph(graph_);
  }

  SavedModel(const SavedModel&) = delete;
  SavedModel& operator=(const SavedModel&) = delete;

  const Signature& signature(const std::string& name) const {
    const auto found = signatures_.find(name);
    if (found != signatures_.end()) return found->second;
    std::string names;
    for (const auto& [known, _] : signatures_) {
      if (known.rfind("__", 0) != 0) names += " " + known;
    }
    Fail("There is no signature " + name + ". There are:" + names);
  }

  std::vector<Tensor> Run(const Signature& signature, const std::vector<Tensor>& inputs) {
    std::vector<TF_Output> from, to;
    std::vector<TF_Tensor*> given, made(signature.outputs.size());
    for (const auto& [_, info] : signature.inputs) from.push_back(Find(info.tensor));
    for (const auto& [_, info] : signature.outputs) to.push_back(Find(info.tensor));
    for (const Tensor& tensor : inputs) given.push_back(tensor.get());
    TF_SessionRun(session_, nullptr, from.data(), given.data(), from.size(), to.data(),
                  made.data(), to.size(), nullptr, 0, nullptr, status_.get());
    Check(status_);
    std::vector<Tensor> outputs;
    for (TF_Tensor* tensor : made) outputs.emplace_back(tensor, TF_DeleteTensor);
    return outputs;
  }

 private:
  TF_Output Find(const std::string& tensor) {  // "name:index"
    const size_t colon = tensor.rfind(':');
    TF_Operation* found = TF_GraphOperationByName(graph_, tensor.substr(0, colon).c_str());
    if (found == nullptr) Fail("The graph has no tensor " + tensor + ".");
    return {found, std::stoi(tensor.substr(colon + 1))};
  }

  Status status_{TF_NewStatus(), TF_DeleteStatus};
  TF_Graph* graph_ = TF_NewGraph();
  TF_Session* session_ = nullptr;
  std::map<std::string, Signature> signatures_;
};

// ---- The command. -----------------------------------------------------------------------------

struct Command {
  std::string path, signature = "serve", output;
  std::map<std::string, std::string> files;
  int repeat = 0, threads = 0;
};

Command Parse(int count, char** words) {
  const char* usage =
      "usage: predict ARTEFACT [NAME=FILE.npy ...] [--signature NAME] [--output PREFIX] "
      "[--repeat N] [--threads N]";
  Command command;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word.rfind("--", 0) == 0) {
      if (++i == count) Fail(usage);
      if (word == "--signature") {
        command.signature = words[i];
      } else if (word == "--output") {
        command.output = words[i];
      } else if (word == "--repeat") {
        command.repeat = std::atoi(words[i]);
      } else if (word == "--threads") {
        command.threads = std::min(std::atoi(words[i]), 127);
      } else {
        Fail(usage);
      }
    } else if (command.path.empty()) {
      command.path = word;
    } else if (const size_t equal = word.find('='); equal != std::string::npos) {
      command.files[word.substr(0, equal)] = word.substr(equal + 1);
    } else {
      Fail(usage);
    }
  }
  if (command.path.empty()) Fail(usage);
  return command;
}

std::vector<Tensor> ReadInputs(const Command& command, const Signature& signature) {
  std::string names;
  for (const auto& [name, info] : signature.inputs) names += " " + name + Text(info.shape);
  const bool lines = command.files.empty() && signature.inputs.size() == 1;
  for (const auto& [name, _] : command.files) {
    if (signature.inputs.count(name) == 0) Fail("There is no input " + name + "; there are" + names);
  }
  std::vector<Tensor> inputs;
  for (const auto& [name, info] : signature.inputs) {
    const auto file = command.files.find(name);
    if (file == command.files.end() && !lines) Fail("Give a file for each of the inputs:" + names);
    const Array array = lines ? ReadLines(std::cin, info.shape) : ReadNpy(file->second);
    inputs.push_back(MakeTensor(name, info, array));
  }
  return inputs;
}

void Time(SavedModel& model, const Signature& signature, const std::vector<Tensor>& inputs,
          int repeat) {
  std::vector<double> seconds;
  for (int i = 0; i < repeat; ++i) {
    const auto start = std::chrono::steady_clock::now();
    model.Run(signature, inputs);
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  std::fprintf(stderr, "seconds a call: median %.3e, least %.3e, of %d\n",
               seconds[seconds.size() / 2], seconds.front(), repeat);
}

void Predict(const Command& command) {
  SavedModel model(command.path, command.threads);
  const Signature& signature = model.signature(command.signature);
  const std::vector<Tensor> inputs = ReadInputs(command, signature);
  const std::vector<Tensor> tensors = model.Run(signature, inputs);
  std::map<std::string, Array> outputs;
  auto tensor = tensors.begin();
  for (const auto& [name, _] : signature.outputs) {
    outputs[name] = ReadTensor(name, (tensor++)->get());
  }
  if (command.output.empty()) {
    PrintLines(outputs);
  } else {
    for (const auto& [name, array] : outputs) WriteNpy(command.output + name + ".npy", array);
  }
  if (command.repeat > 0) Time(model, signature, inputs, command.repeat);
}

}  // namespace

int main(int count, char** words) {
  try {
    Predict(Parse(count, words));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "predict: %s\n", error.what());
    return 1;
  }
}
