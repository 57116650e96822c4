namespace Pare.Prune.Obs;

/// <summary>A part of a layer that is solved by itself: some of its outputs on the inputs of one block of moments.</summary>
/// <param name="FirstRow">The first output.</param>
/// <param name="Rows">Number of outputs.</param>
/// <param name="FirstColumn">The first of the outputs' weights.</param>
/// <param name="Columns">Number of weights of each output.</param>
/// <param name="Matrix">Moments of the inputs, Columns x Columns: without their means where a bias can make up for those.</param>
internal sealed record ObsSection(int FirstRow, int Rows, int FirstColumn, int Columns, float[] Matrix)
{
    /// <summary>What makes moments definite, relative to their mean; a tenth of SparseGPT's, whose moments come from fewer examples.</summary>
    public const double Damping = 0.001;

    /// <summary>The moments with what makes them definite added to the diagonal.</summary>
    public float[] Damped()
    {
        var damped = (float[])Matrix.Clone();
        double trace = 0;
        for (var i = 0; i < Columns; i++) trace += damped[i * Columns + i];
        var mean = trace > 0 ? trace / Columns : 1;
        for (var i = 0; i < Columns; i++) damped[i * Columns + i] += (float)(Damping * mean);
        return damped;
    }
}
