using System.Collections.Immutable;
using Pare.Onnx;
using Pare.Quantize.Integer;

namespace Pare.Ort;

/// <summary>What the values of a network take on examples.</summary>
public static class RangeCollector
{
    /// <summary>Runs the network over the examples, twice where histograms are asked for.</summary>
    /// <param name="model">The float network.</param>
    /// <param name="values">Names of float values.</param>
    /// <param name="channelAxes">The axis of channels of those values whose channel means are asked for.</param>
    /// <param name="inputs">The examples.</param>
    /// <param name="histograms">Whether to count how often each part of the range is taken.</param>
    /// <param name="options">How to run the network.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <returns>A record for each value, by name.</returns>
    /// <exception cref="BadInputException">The network does not take the examples, or a value is not finite.</exception>
    public static IReadOnlyDictionary<string, RangeRecord> Collect(
        Model model, IReadOnlyList<string> values, IReadOnlyDictionary<string, int> channelAxes, CalibrationInputs inputs, bool histograms, OrtOptions? options = null, IProgress<double>? progress = null)
    {
        var running = values.Distinct().ToDictionary(v => v, v => new Observation(v, channelAxes.TryGetValue(v, out var axis) ? axis : null));
        var passes = histograms ? 2 : 1;
        ValueObserver.Observe(model, values, inputs, t => running[t.Name].Widen(t), options, Pass(0));
        if (histograms) ValueObserver.Observe(model, values, inputs, t => running[t.Name].Count(t), options, Pass(1));
        return running.ToDictionary(p => p.Key, p => p.Value.ToRecord());

        Relay<double> Pass(int pass) => new(share => progress?.Report((pass + share) / passes));
    }

    /// <summary>What has been seen of one value so far.</summary>
    private sealed class Observation(string name, int? channelAxis)
    {
        private float _min = float.PositiveInfinity, _max = float.NegativeInfinity;
        private double _sumMin, _sumMax;
        private long _batches, _perChannel;
        private double[] _channelSums = [];
        private Histogram? _histogram;

        public void Widen(Tensor tensor)
        {
            var values = Floats(tensor);
            if (values.IsEmpty) return;
            var (min, max) = (float.PositiveInfinity, float.NegativeInfinity);
            foreach (var value in values)
            {
                if (!float.IsFinite(value)) throw new BadInputException($"value '{name}' is {value} on a calibration example; ranges need finite numbers");
                if (value < min) min = value;
                if (value > max) max = value;
            }
            (_min, _max) = (MathF.Min(_min, min), MathF.Max(_max, max));
            (_sumMin, _sumMax, _batches) = (_sumMin + min, _sumMax + max, _batches + 1);
            if (channelAxis is { } axis) AddChannels(values, tensor.Shape, axis < 0 ? axis + tensor.Shape.Length : axis);
        }

        public void Count(Tensor tensor)
        {
            _histogram ??= Histogram.Of(_min, _max);
            _histogram.Add(Floats(tensor));
        }

        public RangeRecord ToRecord() => _batches == 0
            ? throw new BadInputException($"value '{name}' has no elements on any calibration example")
            : new RangeRecord(name, _min, _max, (float)(_sumMin / _batches), (float)(_sumMax / _batches))
            {
                Histogram = _histogram,
                ChannelMeans = [.. _channelSums.Select(s => s / _perChannel)],
            };

        private void AddChannels(ReadOnlySpan<float> values, ImmutableArray<long> shape, int axis)
        {
            var (channels, inner) = ((int)shape[axis], (int)shape.Skip(axis + 1).Aggregate(1L, (a, b) => a * b));
            if (_channelSums.Length == 0) _channelSums = new double[channels];
            if (_channelSums.Length != channels) return;
            for (var at = 0; at < values.Length; at += inner)
            {
                double sum = 0;
                foreach (var value in values.Slice(at, inner)) sum += value;
                _channelSums[at / inner % channels] += sum;
            }
            _perChannel += values.Length / channels;
        }

        private ReadOnlySpan<float> Floats(Tensor tensor) =>
            tensor.Type == ElementType.Float ? tensor.Floats : throw new BadInputException($"value '{name}' is {tensor.Type}; only floats can be quantized");
    }
}
