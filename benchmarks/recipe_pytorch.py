"""(c) The recipe in idiomatic PyTorch: eager, float32, default threads.

With a stride of 2, TensorFlow's "same" padding pads only below and on the right, hence the explicit
padding. The teacher is also timed in bfloat16 (autocast) with channels-last tensors.
"""

from __future__ import annotations

import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.recipe import Sizes, Timed
from kd import load_mnist
from kd.networks.numpy_layers import read_keras_file
from kd.teachers.shipped import shipped_teacher_path

BATCH_SIZE, ALPHA, TEMPERATURE = 32, 0.1, 10.0


class Network(nn.Module):
    def __init__(self, first: int, second: int):
        super().__init__()
        self.first = nn.Conv2d(1, first, 3, stride=2)
        self.second = nn.Conv2d(first, second, 3, stride=2)
        self.dense = nn.Linear(7 * 7 * second, 10)
        for layer in (self.first, self.second, self.dense):  # as Keras initialises them
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        hidden = F.leaky_relu(self.first(F.pad(images, (0, 1, 0, 1))), 0.2)
        hidden = F.max_pool2d(F.pad(hidden, (0, 1, 0, 1), value=float("-inf")), 2, stride=1)
        hidden = self.second(F.pad(hidden, (0, 1, 0, 1)))
        return self.dense(hidden.flatten(1))

    def load(self, weights: list[np.ndarray]) -> None:
        """Loads Keras's weights: kernels (height, width, in, out), dense rows in the order h, w, channel."""
        first, first_bias, second, second_bias, dense, dense_bias = map(torch.tensor, weights)
        dense = dense.reshape(7, 7, second.shape[-1], 10).permute(3, 2, 0, 1).reshape(10, -1)
        own = (
            first.permute(3, 2, 0, 1),
            first_bias,
            second.permute(3, 2, 0, 1),
            second_bias,
            dense,
            dense_bias,
        )
        self.load_state_dict(dict(zip(self.state_dict(), own, strict=True)))


def trained(
    model: Network, epochs: int, sizes: Sizes, soften_like: Network | None = None, bfloat16: bool = False
) -> Timed:
    parts = (load_mnist().train(sizes.images), load_mnist().test(sizes.test_images))
    (x_train, y_train), (x_test, y_test) = (
        (torch.tensor(x).permute(0, 3, 1, 2).contiguous(), torch.tensor(y).long()) for x, y in parts
    )
    if bfloat16:
        model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    precision = torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16)
    started = time.perf_counter()
    for _ in range(epochs):
        for chosen in torch.randperm(len(x_train)).split(BATCH_SIZE):
            pictures, labels = x_train[chosen], y_train[chosen]
            if bfloat16:
                pictures = pictures.to(memory_format=torch.channels_last)
            with precision:
                logits = model(pictures).float()
            loss = F.cross_entropy(logits, labels)
            if soften_like is not None:
                with torch.no_grad():
                    target = F.log_softmax(soften_like(pictures) / TEMPERATURE, dim=1)
                softened = F.log_softmax(logits / TEMPERATURE, dim=1)
                divergence = F.kl_div(softened, target, reduction="batchmean", log_target=True)
                loss = ALPHA * loss + (1 - ALPHA) * divergence
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    fitted = time.perf_counter()
    with torch.no_grad(), precision:
        answers = torch.cat([model(part).argmax(1) for part in x_test.split(BATCH_SIZE)])
    seconds = time.perf_counter() - started
    return Timed(seconds, (fitted - started) / epochs, float((answers == y_test).float().mean()))


def teacher(sizes: Sizes, seed: int) -> dict[str, Timed]:
    """Trains a teacher in float32, and one in bfloat16."""
    torch.manual_seed(seed)
    names = {"teacher": False, "teacher in bfloat16": True}
    return {
        name: trained(Network(256, 512), sizes.teacher_epochs, sizes, bfloat16=bfloat16)
        for name, bfloat16 in names.items()
    }


def students(sizes: Sizes, seed: int) -> dict[str, Timed]:
    """Trains both students, with the given teacher and without."""
    given = Network(256, 512)
    _names, layers = read_keras_file(shipped_teacher_path("notebook"))
    given.load([array for layer in layers for array in layer])
    torch.manual_seed(seed)
    distilled = trained(Network(16, 32), sizes.epochs, sizes, given)
    torch.manual_seed(seed)
    return {"distilled": distilled, "scratch": trained(Network(16, 32), sizes.epochs, sizes)}


def warm_up(sizes: Sizes, seed: int) -> None:
    """Starts PyTorch's threads."""
    torch.ones(500, 500) @ torch.ones(500, 500)
