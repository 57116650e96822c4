namespace Pare.Coding.Modelled;

/// <summary>
/// Mixes predictions in the logistic domain with weights that learn online. Several weight sets, one picked by each
/// selector's context, predict side by side; the mean of their log odds is the result.
/// </summary>
internal sealed class Mixer
{
    private const int One = 65536;
    private readonly int _inputs;
    private readonly int _rate;
    private readonly int[] _x;
    private readonly int[] _weights;
    private readonly int[] _seen;
    private readonly int[] _offsets;
    private readonly int[] _chosen;
    private readonly int[] _outputs;
    private int _count;

    /// <param name="inputs">Predictions a bit.</param>
    /// <param name="rate">Final learning rate; the first bits of a set learn up to eight times faster.</param>
    /// <param name="selectors">Number of weight sets of each selector.</param>
    public Mixer(int inputs, int rate, params ReadOnlySpan<int> selectors)
    {
        _inputs = inputs;
        _rate = rate;
        _x = new int[inputs];
        _offsets = new int[selectors.Length];
        _chosen = new int[selectors.Length];
        _outputs = new int[selectors.Length];
        var sets = 0;
        for (var s = 0; s < selectors.Length; s++)
        {
            _offsets[s] = sets;
            sets += selectors[s];
        }
        _seen = new int[sets];
        _weights = new int[sets * inputs];
        Array.Fill(_weights, One * 5 / (4 * inputs));
    }

    private Mixer(Mixer other)
    {
        (_inputs, _rate, _offsets) = (other._inputs, other._rate, other._offsets);
        _x = new int[_inputs];
        _chosen = new int[_offsets.Length];
        _outputs = new int[_offsets.Length];
        _seen = (int[])other._seen.Clone();
        _weights = (int[])other._weights.Clone();
    }

    /// <summary>A mixer that has learned the same, between two bits.</summary>
    public Mixer Copy() => new(this);

    /// <summary>Adds a prediction as log odds.</summary>
    public void Add(int logOdds) => _x[_count++] = logOdds;

    /// <summary>Chooses a selector's weight set for this bit.</summary>
    public void Select(int selector, int set) => _chosen[selector] = _offsets[selector] + set;

    /// <summary>Log odds of a one.</summary>
    public int Mix()
    {
        long sum = 0;
        for (var s = 0; s < _chosen.Length; s++)
        {
            var w = _weights.AsSpan(_chosen[s] * _inputs, _inputs);
            long dot = 0;
            for (var i = 0; i < w.Length; i++) dot += (long)w[i] * _x[i];
            _outputs[s] = (int)Math.Clamp(dot >> 16, -Logistic.Limit, Logistic.Limit);
            sum += _outputs[s];
        }
        return (int)(sum / _chosen.Length);
    }

    /// <summary>Moves each chosen set's weights along its own error and clears the inputs.</summary>
    public void Update(int bit)
    {
        for (var s = 0; s < _chosen.Length; s++)
        {
            var seen = _seen[_chosen[s]];
            if (seen < 255) _seen[_chosen[s]]++;
            var rate = _rate + _rate * 7 / (1 + (seen >> 2));
            var error = (long)((bit << 16) - Logistic.Squash(_outputs[s])) * rate;
            var w = _weights.AsSpan(_chosen[s] * _inputs, _inputs);
            for (var i = 0; i < w.Length; i++) w[i] += (int)((_x[i] * error + (1 << 19)) >> 20);
        }
        _count = 0;
    }
}
