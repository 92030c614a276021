"""Claims on flows, readings, parameters, long times and certificates."""

from benchmarks.claim import example

PHYSICS = (
    example(
        "cavity",
        "A lid-driven cavity at Re = 100 lies within 1e-2 of the table of Ghia, Ghia and Shin and "
        "2e-2 of our reference.",
        relative_l2=("<", 2e-2),
        from_table_u=("<", 1e-2),
        from_table_v=("<", 1e-2),
        seconds=("<", 600),
    ),
    example(
        "taylor_green",
        "A decaying vortex in 2-D to 1e-4 in ten minutes.",
        relative_l2_u=("<", 1e-4),
        relative_l2_v=("<", 1e-4),
        relative_l2_p=("<", 1e-4),
        seconds=("<", 600),
    ),
    example(
        "beltrami",
        "An unsteady flow in 3-D to 1e-3 in ten minutes.",
        relative_l2_u=("<", 1e-3),
        relative_l2_v=("<", 1e-3),
        relative_l2_w=("<", 1e-3),
        relative_l2_p=("<", 1e-3),
        seconds=("<", 600),
    ),
    example(
        "cylinder",
        "The drag of a cylinder in a channel at Re = 20 within 5 % of the benchmark in 30 minutes.",
        drag_error=("<", 0.05),
        seconds=("<", 1800),
    ),
    example(
        "eccentric_pipe",
        "Heat between eccentric pipes to 1e-4, both boundary values built in.",
        relative_l2=("<", 1e-4),
        boundary_error=("<", 1e-13),
    ),
    example(
        "heat_inverse",
        "A conductivity to 1e-4 without noise; with noise within two predicted standard "
        "deviations, and in at least 45 of 50 draws.",
        clean_error=("<", 1e-4),
        deviations=("<", 2),
        draws=("==", 50),
        inside=(">=", 45),
    ),
    example(
        "reynolds",
        "The Reynolds number of Kovasznay's flow to 1e-4 without noise, and within two predicted "
        "standard deviations from 200 noisy readings.",
        clean_error=("<", 1e-4),
        deviations=("<", 2),
        noisy_u=("<", 1e-2),
        noisy_v=("<", 5e-2),
        noisy_p=("<", 2e-2),
    ),
    example(
        "inverse_field",
        "A conductivity field from 196 readings with 0.1 % of noise to 5e-2.",
        relative_l2_k=("<", 5e-2),
    ),
    example(
        "assimilation",
        "Three sensors replace boundary values; readings alone are at least 5 times worse.",
        exact_equation_and_readings=("<", 1e-4),
        noisy_equation_and_readings=("<", 0.05),
        exact_gain=(">", 5),
        noisy_gain=(">", 5),
        exact_spectral=("<", 1e-8),
    ),
    example(
        "advection_assimilation",
        "A drifting pulse from three noisy sensors to 3e-2.",
        relative_l2=("<", 3e-2),
        gain=(">", 5),
    ),
    example(
        "parametrised_poisson",
        "One network solves Poisson's equation for 100 unseen loads to 1e-3.",
        largest_error=("<", 1e-3),
        outside_over_inside=(">", 3),
        another_load=(">", 0.5),
    ),
    example(
        "long_time",
        "Windows of time keep an oscillator over six periods that one network loses.",
        windows=("<", 3e-4),
        one=(">", 0.1),
    ),
    example(
        "ensemble",
        "Members of an ensemble agree where equation or sensors decide, and nowhere else.",
        spread_sensors=("<", 1e-4),
        spread_equation=("<", 1e-4),
        spread_nothing=(">", 1e-2),
    ),
    example(
        "certificate",
        "At no checkpoint is the certified bound below the true error; the energy bound is at most "
        "3 times it.",
        poisson_l2_least=(">=", 1),
        poisson_energy_least=(">=", 1),
        poisson_energy_most=("<=", 3),
        peclet_1_l2_least=(">=", 1),
        peclet_10_l2_least=(">=", 1),
        peclet_50_l2_least=(">=", 1),
    ),
)
