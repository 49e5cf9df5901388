#!/usr/bin/env python3
"""Train the digit classifier and write digits.onnx and pictures.h.

    image [1,1,8,8] -> Conv 3x3, 16 -> Relu -> Conv 3x3, 32 -> Relu -> MaxPool 2x2 -> Gemm 10 -> Softmax

Needs numpy, onnx and scikit-learn, which ships the pictures: 1,797 handwritten digits of 13 people. In that file
neighbours come from one hand, so the last fifth is held out, not a random one. It becomes pictures.h.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

HELD_OUT = 360
EPOCHS = 60
BATCH = 64
rng = np.random.default_rng(1)


def patches(x):
    """[n,c,h,w] -> [n,h,w,c*9]: the 3x3 neighbourhood of every pixel, zeros outside."""
    n, c, h, w = x.shape
    p = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    near = [p[:, :, i:i + h, j:j + w] for i in range(3) for j in range(3)]
    return np.stack(near, axis=2).reshape(n, c * 9, h, w).transpose(0, 2, 3, 1)


def spread(d, c):
    """The gradient of patches()."""
    n, h, w, _ = d.shape
    d = d.transpose(0, 3, 1, 2).reshape(n, c, 9, h, w)
    p = np.zeros((n, c, h + 2, w + 2), d.dtype)
    for k in range(9):
        p[:, :, k // 3:k // 3 + h, k % 3:k % 3 + w] += d[:, :, k]
    return p[:, :, 1:-1, 1:-1]


def weights(outputs, inputs):
    return (rng.normal(size=(outputs, inputs)) * np.sqrt(2 / inputs)).astype(np.float32)


net = {"w1": weights(16, 9), "b1": np.zeros(16, np.float32),
       "w2": weights(32, 16 * 9), "b2": np.zeros(32, np.float32),
       "w3": weights(10, 32 * 16), "b3": np.zeros(10, np.float32)}


def forward(x):
    """Logits and what the gradient needs."""
    p1 = patches(x)
    a1 = np.maximum(p1 @ net["w1"].T + net["b1"], 0)
    p2 = patches(a1.transpose(0, 3, 1, 2))
    a2 = np.maximum(p2 @ net["w2"].T + net["b2"], 0).transpose(0, 3, 1, 2)
    windows = a2.reshape(len(x), 32, 4, 2, 4, 2).transpose(0, 1, 2, 4, 3, 5).reshape(len(x), 32, 4, 4, 4)
    flat = windows.max(-1).reshape(len(x), -1)
    return flat @ net["w3"].T + net["b3"], (p1, a1, p2, a2, windows, flat)


def gradient(x, label):
    logits, (p1, a1, p2, a2, windows, flat) = forward(x)
    e = np.exp(logits - logits.max(1, keepdims=True))
    d = e / e.sum(1, keepdims=True)
    d[np.arange(len(x)), label] -= 1
    d /= len(x)
    g = {"w3": d.T @ flat, "b3": d.sum(0)}
    d = (d @ net["w3"]).reshape(len(x), 32, 4, 4, 1) * (windows == windows.max(-1, keepdims=True))
    d = d.reshape(len(x), 32, 4, 4, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(a2.shape) * (a2 > 0)
    d = d.transpose(0, 2, 3, 1)
    g["w2"] = np.einsum("nhwo,nhwi->oi", d, p2, optimize=True)
    g["b2"] = d.sum((0, 1, 2))
    d = spread(d @ net["w2"], 16).transpose(0, 2, 3, 1) * (a1 > 0)
    g["w1"] = np.einsum("nhwo,nhwi->oi", d, p1, optimize=True)
    g["b1"] = d.sum((0, 1, 2))
    return g


def shifted(x):
    """Each picture moved by up to one pixel, with a little noise: handwriting is not centred."""
    p = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    at = rng.integers(0, 3, (len(x), 2))
    moved = np.stack([p[i, :, r:r + 8, c:c + 8] for i, (r, c) in enumerate(at)])
    return (moved + rng.normal(0, 0.05, moved.shape)).astype(np.float32)


def train(x, label):
    """Adam, with a rate that falls to zero along a cosine."""
    mean = {k: np.zeros_like(v) for k, v in net.items()}
    square = {k: np.zeros_like(v) for k, v in net.items()}
    steps = EPOCHS * (len(x) // BATCH)
    for step in range(1, steps + 1):
        if step % (len(x) // BATCH) == 1:
            order = rng.permutation(len(x))
        pick = order[(step - 1) % (len(x) // BATCH) * BATCH:][:BATCH]
        rate = 0.001 * (1 + np.cos(np.pi * step / steps))
        for k, g in gradient(shifted(x[pick]), label[pick]).items():
            mean[k] = 0.9 * mean[k] + 0.1 * g
            square[k] = 0.999 * square[k] + 0.001 * g * g
            net[k] -= (rate * mean[k] / (1 - 0.9 ** step) /
                       (np.sqrt(square[k] / (1 - 0.999 ** step)) + 1e-8)).astype(np.float32)


def write_onnx(path):
    constants = {"conv1.weight": net["w1"].reshape(16, 1, 3, 3), "conv1.bias": net["b1"],
                 "conv2.weight": net["w2"].reshape(32, 16, 3, 3), "conv2.bias": net["b2"],
                 "dense.weight": net["w3"], "dense.bias": net["b3"]}
    nodes = [
        helper.make_node("Conv", ["image", "conv1.weight", "conv1.bias"], ["c1"], "conv1", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c1"], ["r1"], "relu1"),
        helper.make_node("Conv", ["r1", "conv2.weight", "conv2.bias"], ["c2"], "conv2", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c2"], ["r2"], "relu2"),
        helper.make_node("MaxPool", ["r2"], ["pooled"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["pooled"], ["flat"], "flatten"),
        helper.make_node("Gemm", ["flat", "dense.weight", "dense.bias"], ["logits"], "dense", transB=1),
        helper.make_node("Softmax", ["logits"], ["probability"], "softmax", axis=1)]
    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 8, 8])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [1, 10])],
        [numpy_helper.from_array(v.astype(np.float32), k) for k, v in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def write_pictures(path, images, labels):
    with open(path, "w") as f:
        f.write("/* pictures.h -- handwritten digits that the network was not trained on. Written by train.py.\n"
                " *\n"
                " * From \"Optical Recognition of Handwritten Digits\", E. Alpaydin and C. Kaynak, UCI Machine Learning\n"
                " * Repository, CC BY 4.0. A picture is 8 rows of 8 letters, from a (paper) to q (ink). */\n"
                "static const struct picture {\n\tint digit;\n\tchar pixels[65];\n} pictures[] = {\n")
        for image, label in zip(images, labels):
            f.write('\t{%d, "%s"},\n' % (label, "".join(chr(97 + int(v)) for v in image.ravel())))
        f.write("};\n")


digits = load_digits()
x = (digits.images / 16).astype(np.float32)[:, None]
train(x[:-HELD_OUT], digits.target[:-HELD_OUT])
right = forward(x[-HELD_OUT:])[0].argmax(1) == digits.target[-HELD_OUT:]
print("%d of %d held-out digits are right (%.1f %%)" % (right.sum(), HELD_OUT, 100 * right.mean()))
write_onnx("digits.onnx")
write_pictures("pictures.h", digits.images[-HELD_OUT:], digits.target[-HELD_OUT:])
